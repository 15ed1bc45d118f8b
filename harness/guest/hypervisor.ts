import type { ProcessPromise } from 'zx';
import { start } from '../process/run.js';
import type { RunDirectory } from './run-directory.js';
import type { VirtmeCommand } from './virtme.js';

export interface Hypervisor {
  readonly hasEnded: () => boolean;
  /** Ends it with its whole process group, if it has not ended; returns when it is gone. */
  readonly stop: () => Promise<void>;
}

const graceMs = 3000;

/**
 * QEMU opens its output by path (/proc/self/fd/...), which files allow and the pipes of a parent do
 * not; hence the shell that redirects.
 */
const redirecting = 'exec "$@" < /dev/null > "$HYPERVISOR_LOG" 2> "$CONSOLE_LOG"';

export function startHypervisor({ program, args, env }: VirtmeCommand, files: RunDirectory): Hypervisor {
  const logs = { HYPERVISOR_LOG: files.hypervisorLogPath, CONSOLE_LOG: files.consolePath };
  const child: ProcessPromise = start('sh', ['-c', redirecting, 'sh', program, ...args], { env: { ...env, ...logs } });
  let ended = false;
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
  };
  return { hasEnded: () => ended, stop };
}
