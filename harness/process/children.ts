import type { ProcessPromise } from 'zx/core';

/** Every program this process started and that has not ended yet. */
const running = new Set<ProcessPromise>();

export function track(child: ProcessPromise): ProcessPromise {
  running.add(child);
  const forget = (): void => void running.delete(child);
  child.then(forget, forget);
  return child;
}

/** Sends a signal to the process group of every program that still runs. */
export function signalRunning(signal: NodeJS.Signals): void {
  for (const child of running) {
    if (child.pid === undefined) continue;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It ended in the meantime.
    }
  }
}
