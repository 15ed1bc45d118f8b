import { group, shuffler } from 'd3-array';
import { randomLcg } from 'd3-random';
import type { ContenderName } from './contenders.js';
import type { Chain, Job, Plan, Wait } from './plan.js';

interface Size {
  readonly repetitions: number;
  /** Of what takes long: rates and latencies. */
  readonly longRepetitions: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly lengths: readonly number[];
  readonly packetSizes: readonly number[];
  /** What one length is measured with besides. */
  readonly otherSizes: readonly number[];
  /** Those whose latency is measured, each with every way to wait it has. */
  readonly timed: readonly ContenderName[];
}

const sizes: Readonly<Record<'quick' | 'full', Size>> = {
  quick: {
    repetitions: 3,
    longRepetitions: 2,
    warmUpMs: 50,
    measureMs: 200,
    lengths: [1, 2, 8],
    packetSizes: [64],
    otherSizes: [1500],
    timed: ['flash'],
  },
  full: {
    repetitions: 5,
    longRepetitions: 3,
    warmUpMs: 200,
    measureMs: 1000,
    lengths: [1, 2, 3, 4, 8],
    packetSizes: [64, 1500],
    otherSizes: [256, 512, 1024],
    timed: ['flash', 'flash-copy', 'veth', 'vf', 'vf-copy', 'spsc', 'memif'],
  },
};

const ringSize = 256;
/** The order is another in each repetition, and the same each time the bench runs. */
const seed = 20_261;
/** Jobs follow each other that differ in their length and their contender alone, and among those the ones of a length. */
const keptTogether = [
  ({ kind, packetBytes, batch, wait }: Job) => keyOf({ kind, packetBytes, batch, wait }),
  ({ functions }: Job) => functions,
] as const;
/** What stands still while something else varies. */
const usual = { functions: 2, packetBytes: 64, batch: 32, wait: 'spin' } as const;

/** Contenders meet in every repetition, soon after each other and in another order each time: what drifts hits all of them. */
export function makePlan(size: 'quick' | 'full', names: readonly ContenderName[]): Plan {
  const { repetitions, longRepetitions, warmUpMs, measureMs, lengths, packetSizes, otherSizes, timed } = sizes[size];
  const byLength = names.flatMap((contender) =>
    lengths.flatMap((functions) => packetSizes.map((packetBytes) => throughput({ contender, functions, packetBytes }))),
  );
  const swept = names.filter((name) => ['flash', 'flash-copy', 'veth', 'vf', 'vf-copy', 'spsc'].includes(name));
  const byBatch = swept.flatMap((contender) => [1, 8, 64].map((batch) => throughput({ contender, batch })));
  const bySize = swept.flatMap((contender) => otherSizes.map((packetBytes) => throughput({ contender, packetBytes })));
  const rates = names
    .filter((name) => timed.includes(name))
    .flatMap((contender) =>
      waysToWait(contender).map((wait) => ({ ...usual, kind: 'rates', contender, wait }) as const),
    );
  const blocked = names
    .filter((name) => name === 'flash')
    .map((contender) => ({ ...usual, kind: 'blocked', contender, functions: 0, wait: 'block' }) as const);
  const short = uniqueBy([...byLength, ...byBatch, ...bySize]);
  const shuffle = shuffler(randomLcg(seed));
  const mix = (
    jobs: readonly Job[],
    [by, ...more]: readonly ((job: Job) => string | number)[] = keptTogether,
  ): Job[] =>
    by === undefined ? shuffle([...jobs]) : shuffle([...group(jobs, by).values()]).flatMap((alike) => mix(alike, more));
  const jobs = Array.from({ length: repetitions }, (_, repetition) => {
    const long = repetition < longRepetitions ? [...rates, ...blocked] : [];
    return [short, long].flatMap((part) => mix(part.map((job): Job => ({ ...job, repetition }))));
  }).flat();
  return { jobs, seed, repetitions, warmUpMs, measureMs, ringSize };
}

function throughput(chain: Pick<Chain, 'contender'> & Partial<Chain>): Chain & { readonly kind: 'throughput' } {
  return { ...usual, ...chain, kind: 'throughput' };
}

/** Only sockets have a driver to be polled; DPDK only ever polls. */
function waysToWait(name: ContenderName): readonly Wait[] {
  if (name === 'memif' || name === 'ring') return ['spin'];
  return name === 'spsc' ? ['spin', 'block'] : ['spin', 'block', 'busy'];
}

function uniqueBy<T extends object>(jobs: readonly T[]): T[] {
  return [...new Map(jobs.map((job) => [keyOf(job), job])).values()];
}

/** Names a job, or what the repetitions of one have in common when it is left out. */
export function keyOf(job: object): string {
  const { kind, contender, functions, packetBytes, batch, wait, repetition } = job as Partial<Job>;
  return [kind, contender, functions, packetBytes, batch, wait, repetition]
    .filter((part) => part !== undefined)
    .join('/');
}
