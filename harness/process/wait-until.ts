import { setImmediate as others, setTimeout as delay } from 'node:timers/promises';
import { FlashError, type FailureKind } from '../errors.js';
import { throwIfInterrupted } from './interrupt.js';

export interface WaitOptions {
  /** What is awaited, as in "timed out waiting for <what>". */
  readonly what: string;
  readonly deadlineMs: number;
  readonly intervalMs?: number;
  readonly failAs?: FailureKind;
  /** The last state seen, for the message of a failure. */
  readonly lastState?: () => unknown;
  /** For what puts something in order: an interruption does not end it. */
  readonly evenIfInterrupted?: boolean;
}

/**
 * Calls `probe` until it returns something other than undefined or false, and returns that. A
 * deadline that passes is an error that names what was awaited and the last state seen.
 */
export async function waitUntil<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  options: WaitOptions,
): Promise<T> {
  const endMs = Date.now() + options.deadlineMs;
  for (;;) {
    if (options.evenIfInterrupted !== true) throwIfInterrupted();
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() >= endMs) throw timedOut(options);
    await delay(options.intervalMs ?? 50);
    // Where probes take longer than intervals, timers alone would leave nobody else a turn.
    await others();
  }
}

function timedOut({ what, deadlineMs, failAs, lastState }: WaitOptions): FlashError {
  const state = lastState === undefined ? '' : `; last state seen: ${describeState(lastState())}`;
  return new FlashError(failAs ?? 'testFailure', `timed out after ${deadlineMs} ms waiting for ${what}${state}`);
}

function describeState(state: unknown): string {
  return typeof state === 'string'
    ? state
    : JSON.stringify(state, (_key, value) => (typeof value === 'bigint' ? Number(value) : value));
}
