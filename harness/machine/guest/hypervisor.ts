import type { ProcessPromise } from 'zx/core';
import { start } from '../../process/run.js';
import { signalGroup } from '../../process/signal-group.js';
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
  // vng tells the guest in which directory it was called, and the checkout may have a name that cannot be told.
  const child: ProcessPromise = start('sh', ['-c', redirecting, 'sh', program, ...args], {
    cwd: '/',
    env: { ...env, ...logs },
  });
  let ended = false;
  const end = child.then(() => (ended = true));

  const stop = async (): Promise<void> => {
    if (!ended) signalGroup(child.pid, 'SIGTERM');
    const killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
    await end;
    clearTimeout(killer);
    signalGroup(child.pid, 'SIGKILL');
  };
  return { hasEnded: () => ended, stop };
}
