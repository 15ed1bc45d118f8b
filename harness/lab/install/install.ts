import { FlashError } from '../../errors.js';
import type { SshConnection } from '../../machine/ssh/connection.js';
import { requirePermission, type Inventory, type LabMachine } from '../inventory/inventory.js';
import { hostOver, runOn, type RemoteHost } from '../remote/remote-host.js';
import { openSession } from '../session/session.js';
import { readBootRecord } from './boot-record.js';
import { confirmKernel, fellBack, findFault, lastWords } from './confirm.js';
import { entryOf } from './grub-config.js';
import { bootId, powerCycle, startReboot, waitForBoot } from './reboot.js';
import { installSteps, paths, type Installation } from './steps.js';
import { pinAgain, uninstallSteps } from './uninstall-steps.js';

export interface InstallOptions extends Installation {
  /** How long the machine has to answer. */
  readonly bootDeadlineMs: number;
  /** The new kernel becomes the default. */
  readonly keep: boolean;
  readonly onStep: (name: string) => void;
}

/**
 * Installs a kernel and boots it once. Returns with the machine on the new kernel; if that is not healthy in time,
 * the machine is on its old kernel again, and that is thrown.
 */
export async function installOn(inventory: Inventory, machine: LabMachine, options: InstallOptions): Promise<void> {
  requirePermission(machine, 'install-kernels', 'installing kernels');
  const { kernel, onStep } = options;
  const before = await installAndReboot(inventory, machine, options);
  onStep(`wait for ${machine.name} to boot ${kernel.release}`);
  const { connection, wasPowerCycled } = await comeBack(inventory, machine, before, options);
  await using _connection = connection;
  const host = hostOver(connection);
  onStep('look whether it is healthy');
  const fault = await findFault(host, machine, kernel.release);
  if (fault !== undefined) await goBack(inventory, machine, connection, { fault, wasPowerCycled, ...options });
  await confirmKernel(host);
  if (options.keep) {
    onStep('make it the default');
    await makeDefault(host, kernel.release);
  }
}

/** Returns the life of the machine that ends. */
async function installAndReboot(inventory: Inventory, machine: LabMachine, options: InstallOptions): Promise<string> {
  await using session = await openSession(inventory, machine, 'install');
  const host = hostOver(session.connection);
  for (const { name, run } of installSteps) {
    options.onStep(name);
    await run(host, options);
  }
  const before = await bootId(session.connection);
  await startReboot(session.connection);
  return before;
}

interface Back {
  readonly connection: SshConnection;
  readonly wasPowerCycled: boolean;
}

async function comeBack(
  inventory: Inventory,
  machine: LabMachine,
  before: string,
  { bootDeadlineMs: deadlineMs, onStep }: InstallOptions,
): Promise<Back> {
  const awaited = { inventory, machine, before, deadlineMs };
  const connection = await waitForBoot(awaited);
  if (connection !== undefined) return { connection, wasPowerCycled: false };
  onStep(`power-cycle ${machine.name}, which has not come back`);
  if (await powerCycle(inventory, machine)) {
    const again = await waitForBoot(awaited);
    if (again !== undefined) return { connection: again, wasPowerCycled: true };
  }
  throw new FlashError('infrastructure', `${machine.name} has not come back within ${deadlineMs / 1000} s`, {
    advice:
      machine.powerCycle === undefined
        ? 'the next boot is one of its old kernel: cycle its power, and say in the inventory how that is done'
        : 'its power has been cycled, and the next boot is one of its old kernel: look at its console',
  });
}

interface Faulty extends InstallOptions {
  readonly fault: string;
  readonly wasPowerCycled: boolean;
}

/** A kernel that runs and is not healthy is not waited for until its time is up. */
async function goBack(
  inventory: Inventory,
  machine: LabMachine,
  connection: SshConnection,
  { fault, wasPowerCycled, kernel, ...options }: Faulty,
): Promise<never> {
  const host = hostOver(connection);
  const running = (await runOn(host, ['uname', '-r'])).trim();
  if (running !== kernel.release) throw fellBack(host, fault, await lastWords(host), wasPowerCycled);
  options.onStep('go back to the old kernel');
  const before = await bootId(connection);
  await startReboot(connection);
  await connection[Symbol.asyncDispose]();
  const back = await comeBack(inventory, machine, before, { kernel, ...options });
  await using _connection = back.connection;
  throw fellBack(hostOver(back.connection), fault, await lastWords(hostOver(back.connection)), back.wasPowerCycled);
}

async function makeDefault(host: RemoteHost, release: string): Promise<void> {
  const entry = entryOf((await host.read(paths.grub)) ?? '', release)?.path ?? '';
  await host.write(paths.pin, `# Written by \`npm run lab -- install --keep\`.\nGRUB_DEFAULT='${entry}'\n`);
  await runOn(host, ['update-grub'], 300_000);
}

/** Removes a kernel that was installed, from a machine that has booted its old one. */
export async function uninstallFrom(
  inventory: Inventory,
  machine: LabMachine,
  { bootDeadlineMs: deadlineMs, onStep }: Pick<InstallOptions, 'bootDeadlineMs' | 'onStep'>,
): Promise<boolean> {
  requirePermission(machine, 'install-kernels', 'removing kernels');
  const before = await leaveKernel(inventory, machine, onStep);
  if (before === undefined) return false;
  if (before !== '') {
    onStep(`wait for ${machine.name} to boot its old kernel`);
    const connection = await waitForBoot({ inventory, machine, before, deadlineMs });
    if (connection === undefined)
      throw new FlashError('infrastructure', `${machine.name} has not come back within ${deadlineMs / 1000} s`, {
        advice: 'its next boot is one of its old kernel: cycle its power',
      });
    await connection[Symbol.asyncDispose]();
  }
  await using session = await openSession(inventory, machine, 'restore --kernel');
  for (const { name, run } of uninstallSteps) {
    onStep(name);
    await run(hostOver(session.connection));
  }
  return true;
}

/** Returns the life that ends, an empty text if none has to, and undefined if nothing is installed. */
async function leaveKernel(
  inventory: Inventory,
  machine: LabMachine,
  onStep: (name: string) => void,
): Promise<string | undefined> {
  await using session = await openSession(inventory, machine, 'restore --kernel');
  const host = hostOver(session.connection);
  const record = await readBootRecord(host);
  if (record === undefined) return undefined;
  if ((await runOn(host, ['uname', '-r'])).trim() !== record.release) return '';
  onStep('boot the old kernel');
  await pinAgain(host, record.oldRelease);
  const before = await bootId(session.connection);
  await startReboot(session.connection);
  return before;
}
