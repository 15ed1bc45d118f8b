import { setTimeout as delay } from 'node:timers/promises';
import { InvalidArgumentError, type Command } from 'commander';
import type { Snapshot } from '../../chains/facts.js';
import { createObserver, type Observer } from '../../chains/observer.js';
import { interruptSignal } from '../../process/interrupt.js';

export interface VerbOptions {
  readonly json: boolean;
}

/** A verb for the chains of this machine. */
export function verb(parent: Command, name: string): Command {
  return parent.command(name).option('--json', 'print JSON', false);
}

/** One look at the machine. */
export async function lookOnce(): Promise<Snapshot> {
  using observer = createObserver();
  return await observer.look();
}

/** Two looks, so many seconds apart. */
export async function lookTwice(seconds: number): Promise<{ readonly before: Snapshot; readonly now: Snapshot }> {
  using observer = createObserver();
  const before = await observer.look();
  await wait(seconds);
  return { before, now: await observer.look() };
}

export type { Observer };

/** Ends early, without an error, when the user interrupts; returns whether nobody did. */
export async function wait(seconds: number): Promise<boolean> {
  await delay(seconds * 1000, undefined, { signal: interruptSignal }).catch(() => undefined);
  return !interruptSignal.aborted;
}

export function printJson(value: unknown, indent = 2): void {
  console.log(JSON.stringify(value, null, indent));
}

export function someSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('Give a number of seconds above 0.');
}

export function someCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Give a whole number above 0.');
}
