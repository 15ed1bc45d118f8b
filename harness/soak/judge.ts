import { group, median, sum } from 'd3-array';
import type { Failure } from './record.js';
import type { Round } from './soak-program.js';

/** What a soak has so far. */
export interface Soaked {
  readonly rounds: () => readonly Round[];
  readonly failures: () => readonly Failure[];
}

/** A limit that a soak is held to. */
export interface Goal {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  /** Undefined while there are too few rounds to tell. */
  readonly met: boolean | undefined;
}

/** What pages on free lists of processors, which nobody counts, come and go by. */
const growthLimitKib = 2048;
const roundsToTell = 16;

export function judge({ rounds, failures }: Soaked): Goal[] {
  const faulty = rounds().filter(({ problems }) => problems.length > 0).length;
  const left = Math.max(0, ...rounds().map(({ socketsLeft }) => socketsLeft));
  const growth = growthKib(longestBoot(rounds()));
  return [
    goal('runs that ended before their time', '0', failures().length, failures().length === 0),
    goal('rounds in which something does not add up', '0', faulty, faulty === 0),
    goal('sockets left behind', '0', left, left === 0),
    growth === undefined
      ? goal('growth of the memory of the kernel', limit, `no verdict before ${roundsToTell} rounds`, undefined)
      : goal(
          'growth of the memory of the kernel',
          limit,
          `${growth.kib} KiB in ${growth.rounds} rounds`,
          growth.kib <= growthLimitKib,
        ),
  ];
}

const limit = `${growthLimitKib} KiB`;

function goal(what: string, limit: string, measured: number | string, met: boolean | undefined): Goal {
  return { what, limit, measured: String(measured), met };
}

export const goalHead = ['goal', 'limit', 'measured', ''] as const;

export function goalRows(goals: readonly Goal[]): string[][] {
  const says = (met: boolean | undefined): string => (met === undefined ? '' : met ? 'met' : 'MISSED');
  return goals.map(({ what, limit, measured, met }) => [what, limit, measured, says(met)]);
}

/** A machine that has started anew has forgotten what leaked. */
function longestBoot(rounds: readonly Round[]): readonly Round[] {
  const boots = [...group(rounds, ({ boot }) => boot).values()];
  return boots.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

/** From the second quarter of the rounds to the last, each by its median: the first fills the caches of the kernel. */
function growthKib(rounds: readonly Round[]): { readonly kib: number; readonly rounds: number } | undefined {
  if (rounds.length < roundsToTell) return undefined;
  const [, second = [], , last = []] = quarters(rounds);
  const kib = middle(last, ({ kernelKib }) => kernelKib) - middle(second, ({ kernelKib }) => kernelKib);
  return { kib: Math.round(kib), rounds: Math.round(rounds.length / 2) };
}

export function quarters<T>(all: readonly T[]): readonly (readonly T[])[] {
  return [0, 1, 2, 3].map((quarter) =>
    all.slice(Math.round((quarter * all.length) / 4), Math.round(((quarter + 1) * all.length) / 4)),
  );
}

const mebibyte = 2 ** 20;

export const mebibytesPerSecond = ({ downloaded: { bytes, seconds } }: Round): number => bytes / mebibyte / seconds;

/** A row for each quarter of the rounds that has any, so that one sees what changes over time. */
export function quarterRows(rounds: readonly Round[]): string[][] {
  return quarters(rounds)
    .filter((some) => some.length > 0)
    .map((some, index) => [
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
