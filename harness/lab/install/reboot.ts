import { setTimeout as delay } from 'node:timers/promises';
import { FlashError } from '../../errors.js';
import type { SshConnection } from '../../machine/ssh/connection.js';
import { attempt } from '../../process/run.js';
import { throwIfInterrupted } from '../../process/interrupt.js';
import type { Inventory, LabMachine } from '../inventory/inventory.js';
import { connectTo } from '../session/session.js';

/** Names one life of a machine. */
export async function bootId(connection: SshConnection): Promise<string> {
  return (await connection.run('cat /proc/sys/kernel/random/boot_id', { what: 'asking when it booted' })).trim();
}

/** Has the machine boot. The connection ends with that. */
export async function startReboot(connection: SshConnection): Promise<void> {
  await connection.run('setsid sh -c "sleep 1; systemctl reboot" >/dev/null 2>&1 </dev/null &', { what: 'rebooting' });
}

export interface Awaited {
  readonly inventory: Inventory;
  readonly machine: LabMachine;
  /** Its life before. */
  readonly before: string;
  readonly deadlineMs: number;
}

const betweenTriesMs = 3000;

/** Until a machine that reboots answers in another life; undefined if the deadline passes. */
export async function waitForBoot({
  inventory,
  machine,
  before,
  deadlineMs,
}: Awaited): Promise<SshConnection | undefined> {
  const end = Date.now() + deadlineMs;
  do {
    const connection = await tryToReach(inventory, machine, before);
    if (connection !== undefined) return connection;
    await delay(betweenTriesMs);
  } while (Date.now() < end);
  return undefined;
}

async function tryToReach(
  inventory: Inventory,
  machine: LabMachine,
  before: string,
): Promise<SshConnection | undefined> {
  throwIfInterrupted();
  let connection: SshConnection | undefined;
  try {
    connection = await connectTo(inventory, machine);
    if ((await bootId(connection)) !== before) return connection;
  } catch {
    // It is not back yet.
    throwIfInterrupted();
  }
  await connection?.[Symbol.asyncDispose]();
  return undefined;
}

const powerDeadlineMs = 120_000;

/** Takes its power away and gives it back, if the inventory says how. Returns whether it does. */
export async function powerCycle(
  { directory }: Inventory,
  { name, powerCycle: command }: LabMachine,
): Promise<boolean> {
  if (command === undefined) return false;
  const { exitCode, stderr } = await attempt('sh', ['-c', command], { cwd: directory, timeoutMs: powerDeadlineMs });
  if (exitCode === 0) return true;
  throw new FlashError('infrastructure', `the power-cycle of ${name} failed: \`${command}\` exited with ${exitCode}`, {
    logTail: stderr,
  });
}
