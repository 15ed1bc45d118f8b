import { setImmediate as turn } from 'node:timers/promises';
import type { NativePort, Prepared } from '../../harness/ffi/flash-port.js';
import { watchFd } from '../../harness/ffi/watch-fd.js';

export interface WaitOptions {
  /** Wait no longer than this, in milliseconds from the call on; 0 only does what is to be done. For ever if not said. */
  readonly timeoutMs?: number;
  /**
   * Look for packets this long after the last ones came, in microseconds, before sleeping: it is quick, and costs a
   * processor. Other things that Node does have their turn in between.
   */
  readonly busyUs?: number;
  /** Ends the wait: of an AbortController that a signal handler aborts, for example. */
  readonly signal?: AbortSignal;
}

/**
 * What a wait has seen: packets, or room if the program was told that there is none; that edges() or leaving() has
 * changed, which in the case of leaving() stays so; that its signal was aborted; or that its time has passed.
 */
export type Wake = 'ready' | 'changed' | 'stopped' | 'timedOut';

/**
 * Timers, signals and everything else of Node's have their turn in each call, whether it waits or not: a flood of
 * packets does not keep them out. `closed` is aborted when the port closes.
 */
export async function waitForPort(
  prepare: NativePort['prepare'],
  { timeoutMs = Number.POSITIVE_INFINITY, busyUs = 0, signal }: WaitOptions,
  closed: AbortSignal,
): Promise<Wake> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (signal?.aborted) return 'stopped';
    const prepared = prepare(busyUs);
    const leftMs = end - performance.now();
    if (prepared.outcome === 'maySleep' && prepared.timeoutMs > 0 && leftMs > 0)
      await sleep(prepared, Math.min(prepared.timeoutMs, leftMs), signal, closed);
    else await turn();
    if (closed.aborted) throw closed.reason;
    if (signal?.aborted) return 'stopped';
    if (prepared.outcome !== 'maySleep') return prepared.outcome;
    if (leftMs <= 0) return 'timedOut';
  }
}

/** What is watched is let go in the moment that ends it: the port may close its descriptors next. */
function sleep(
  { events }: Prepared,
  timeMs: number,
  signal: AbortSignal | undefined,
  closed: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const watched: Disposable[] = [];
    const signals = [signal, closed].filter((each) => each !== undefined);
    const wake = (): void => {
      clearTimeout(timer);
      for (const each of signals) each.removeEventListener('abort', wake);
      for (const each of watched.splice(0)) each[Symbol.dispose]();
      resolve();
    };
    const timer = setTimeout(wake, Math.ceil(timeMs));
    for (const each of signals) each.addEventListener('abort', wake);
    try {
      for (const event of events) watched.push(watchFd(event, wake));
    } catch (error) {
      reject(error);
      wake();
    }
  });
}
