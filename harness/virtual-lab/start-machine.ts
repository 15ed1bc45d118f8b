import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlashError } from '../errors.js';
import { newLogPath } from '../host/cache.js';
import { follow } from '../process/follow.js';
import { lastLines, run, start } from '../process/run.js';
import { waitUntil } from '../process/wait-until.js';
import type { BaseDisk } from './disk/base-disk.js';
import { toolEnv } from './disk/tools.js';
import { findSshPort, handsOn, type Hands } from './power.js';
import { machineArgs, type VirtualHardware } from './qemu-args.js';

export interface MachineOptions extends Omit<VirtualHardware, 'disk' | 'consolePath' | 'qmpPath'> {
  readonly name: string;
  readonly qemu: string;
  readonly base: BaseDisk;
  /** For its disk. */
  readonly directory: string;
  /** For its sockets. */
  readonly sockets: string;
}

export interface VirtualMachine extends Hands, AsyncDisposable {
  readonly name: string;
  readonly sshPort: number;
  readonly qmpPath: string;
  /** All that came over its serial console. */
  readonly consolePath: string;
  /** Why it is gone, once it has gone without being told to. */
  readonly failure: () => FlashError | undefined;
  readonly stop: () => Promise<void>;
}

const readyDeadlineMs = 60_000;

/** Gives a machine a disk of its own and switches it on. */
export async function startMachine(options: MachineOptions): Promise<VirtualMachine> {
  const { name, qemu, base, directory, sockets } = options;
  const disk = join(directory, `${name}.qcow2`);
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', base.path, disk], { env: toolEnv });
  const consolePath = newLogPath(`virtual-lab-${name}`);
  const qmpPath = join(sockets, `${name}.qmp`);
  const child = start(qemu, machineArgs({ ...options, disk, consolePath, qmpPath }));
  const program = follow(child, `the virtual machine ${name}`);
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    await program.stop();
  };
  const failure = (): FlashError | undefined => {
    const ending = program.ending();
    if (ending === undefined || stopping) return undefined;
    return new FlashError('infrastructure', `the virtual machine ${name} ended while it was in use (${ending})`, {
      logTail: lastLines(program.stderr(), 10),
      logPath: consolePath,
    });
  };
  try {
    await waitUntil(
      () => {
        const failed = failure();
        if (failed !== undefined) throw failed;
        return existsSync(qmpPath);
      },
      { what: `QEMU to start ${name}`, deadlineMs: readyDeadlineMs, failAs: 'infrastructure' },
    );
    const sshPort = await findSshPort(qmpPath);
    return {
      name,
      sshPort,
      qmpPath,
      consolePath,
      failure,
      stop,
      ...handsOn(qmpPath, options.ports),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
