import { FlashError, exitCodes } from '../errors.js';
import { signalRunning } from './children.js';

/** How long a program gets between SIGTERM and SIGKILL. */
const graceMs = 3000;

const controller = new AbortController();

/** Aborted once the user has pressed Ctrl-C (or the process was told to end). */
export const interruptSignal: AbortSignal = controller.signal;

export function throwIfInterrupted(): void {
  controller.signal.throwIfAborted();
}

/**
 * Turns Ctrl-C into an orderly end: running programs are ended, whoever waits for them throws, and
 * the `finally` blocks on the way out remove what is half done. A second Ctrl-C does not wait.
 */
export function installInterruptHandler(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
}

function interrupt(): void {
  if (controller.signal.aborted) {
    signalRunning('SIGKILL');
    process.exit(exitCodes.interrupted);
  }
  controller.abort(new FlashError('interrupted', 'interrupted: whatever was running has been ended'));
  process.stderr.write('\nflash: ending what runs and cleaning up; Ctrl-C again to leave at once\n');
  signalRunning('SIGTERM');
  setTimeout(() => signalRunning('SIGKILL'), graceMs).unref();
}
