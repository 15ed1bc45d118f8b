import { median, sum } from 'd3-array';
import type { Round } from './soak-program.js';

/** A limit that a soak is held to. */
export interface Goal {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  /** Undefined while there are too few rounds to tell. */
  readonly met: boolean | undefined;
}

/** A leak of one socket a round is about that much in some hundred rounds. */
const growthLimitKib = 1024;
const roundsToTell = 16;

/** The second half of the rounds is compared with the quarter before: the first fills the caches of the kernel. */
export function judge(rounds: readonly Round[]): Goal[] {
  const faulty = rounds.filter(({ problems }) => problems.length > 0).length;
  const left = sum(rounds, ({ socketsLeft }) => socketsLeft);
  const growth = growthKib(rounds);
  return [
    { what: 'rounds in which something does not add up', limit: '0', measured: String(faulty), met: faulty === 0 },
    { what: 'sockets left behind', limit: '0', measured: String(left), met: left === 0 },
    {
      what: 'kernel memory, last quarter beyond the second',
      limit: `${growthLimitKib} KiB`,
      measured: growth === undefined ? `no verdict before ${roundsToTell} rounds` : `${growth} KiB`,
      met: growth === undefined ? undefined : growth <= growthLimitKib,
    },
  ];
}

/** By how much the median of the last quarter of the rounds is above that of the second. */
function growthKib(rounds: readonly Round[]): number | undefined {
  if (rounds.length < roundsToTell) return undefined;
  const [, second = [], , last = []] = quarters(rounds);
  return Math.round(middle(last, ({ kernelKib }) => kernelKib) - middle(second, ({ kernelKib }) => kernelKib));
}

export function quarters<T>(all: readonly T[]): readonly (readonly T[])[] {
  return [0, 1, 2, 3].map((quarter) =>
    all.slice(Math.round((quarter * all.length) / 4), Math.round(((quarter + 1) * all.length) / 4)),
  );
}

const mebibyte = 2 ** 20;

export const mebibytesPerSecond = ({ downloaded: { bytes, seconds } }: Round): number => bytes / mebibyte / seconds;

/** A row for each quarter of the rounds, so that one sees what changes over time. */
export function quarterRows(rounds: readonly Round[]): string[][] {
  return quarters(rounds).map((some, index) => [
    `${index + 1}`,
    String(some.length),
    middle(some, mebibytesPerSecond).toFixed(1),
    middle(some, ({ roundTripMs }) => roundTripMs?.average).toFixed(2),
    String(sum(some, ({ redirected }) => redirected)),
    String(sum(some, ({ dropped }) => dropped)),
    middle(some, ({ kernelKib }) => kernelKib).toFixed(0),
  ]);
}

export const quarterHead = [
  ...['quarter', 'rounds', 'MiB/s', 'round trip, ms'],
  ...['packets redirected', 'dropped', 'kernel memory, KiB'],
] as const;

const middle = <T>(all: readonly T[], value: (each: T) => number | undefined): number => median(all, value) ?? 0;
