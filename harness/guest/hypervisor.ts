import { closeSync, openSync, writeSync } from 'node:fs';
import type { ProcessPromise } from 'zx';
import { start } from '../process/run.js';
import type { VirtmeCommand } from './virtme.js';

export interface Hypervisor {
  readonly hasEnded: () => boolean;
  /** Ends it with its whole process group, if it has not ended; returns when it is gone. */
  readonly stop: () => Promise<void>;
}

const graceMs = 3000;

export function startHypervisor({ program, args, env }: VirtmeCommand, logPath: string): Hypervisor {
  const logFd = openSync(logPath, 'w');
  writeSync(logFd, `${program} ${args.join(' ')}\n`);
  const child: ProcessPromise = start(program, args, { env });
  let ended = false;
  child.stdout.on('data', (text: Buffer) => writeSync(logFd, text));
  child.stderr.on('data', (text: Buffer) => writeSync(logFd, text));
  const end = child.then(() => (ended = true));

  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  const stop = async (): Promise<void> => {
    if (!ended) signalGroup('SIGTERM');
    const killer = setTimeout(() => signalGroup('SIGKILL'), graceMs);
    await end;
    clearTimeout(killer);
    signalGroup('SIGKILL');
    closeSync(logFd);
  };
  return { hasEnded: () => ended, stop };
}
