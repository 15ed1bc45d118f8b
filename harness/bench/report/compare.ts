import type { Figure, Report } from './schema.js';

/** A figure that two reports have and that differs by more than their repetitions do. */
export interface Change {
  readonly what: string;
  readonly before: Figure;
  readonly after: Figure;
  /** Of the medians, after over before. */
  readonly ratio: number;
}

export interface Comparison {
  readonly changes: readonly Change[];
  readonly unchanged: number;
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Conditions that differ, so that the figures may for that reason. */
  readonly conditions: readonly string[];
}

/** Figures of few samples can be apart by chance: so much is not called a change. */
const leastChange = 0.02;

/** Two figures differ beyond the noise when no sample of one lies among those of the other. */
export function compareReports(before: Report, after: Report): Comparison {
  const [old, new_] = [figuresOf(before), figuresOf(after)];
  const both = [...old.keys()].filter((what) => new_.has(what));
  const pairs = both.map((what) => ({ what, before: old.get(what) as Figure, after: new_.get(what) as Figure }));
  const changes = pairs
    .map((pair) => ({ ...pair, ratio: pair.after.median / pair.before.median }))
    .filter(
      ({ before: a, after: b, ratio }) => (a.max < b.min || b.max < a.min) && !(Math.abs(ratio - 1) < leastChange),
    );
  return {
    changes,
    unchanged: both.length - changes.length,
    onlyBefore: [...old.keys()].filter((what) => !new_.has(what)),
    onlyAfter: [...new_.keys()].filter((what) => !old.has(what)),
    conditions: differingConditions(before, after),
  };
}

function figuresOf({
  throughput,
  rates,
  blocked,
  instructions,
  rings,
  held,
  redirects,
}: Report): ReadonlyMap<string, Figure> {
  const chain = ({
    contender,
    functions,
    packetBytes,
    batch,
    wait,
  }: Report['blocked'][number] | Report['throughput'][number] | Report['rates'][number]): string =>
    `${contender}, ${functions} functions, ${packetBytes} bytes, batch ${batch}, ${wait}`;
  return new Map([
    ...throughput.map((each) => [`packets/s: ${chain(each)}`, each.pps] as const),
    ...rates.map((each) => [`loss-free packets/s: ${chain(each)}`, each.lossFreePps] as const),
    ...rates.flatMap((each) =>
      each.latencies.map(({ share, p50Ns }) => [`median latency at ${share * 100} %: ${chain(each)}`, p50Ns] as const),
    ),
    ...rates.flatMap((each) =>
      each.latencies.map(({ share, p99Ns }) => [`99 % latency at ${share * 100} %: ${chain(each)}`, p99Ns] as const),
    ),
    ...blocked.map((each) => [`processor share of a blocked source: ${chain(each)}`, each.cpuShare] as const),
    ...instructions.map(
      ({ kernel, path, batch, packetBytes, instructions: each }) =>
        [`instructions: ${kernel}, ${path}, batch ${batch}, ${packetBytes} bytes`, each] as const,
    ),
    ...rings.map(
      ({ ring, object, batch, threads, nsPerObject }) =>
        [`ns an object: ${ring}, ${object}, bulks of ${batch}, ${threads} threads`, nsPerObject] as const,
    ),
    ...held.map(({ ring, batch, threads, othersShare }) => {
      return [
        `share that others move beside a held producer: ${ring}, bulks of ${batch}, ${threads} threads`,
        othersShare,
      ] as const;
    }),
    ...redirects.map(({ hop, packetBytes, batch, nsPerPacket }) => {
      return [
        `ns per packet in xsk_redirect_batch(): ${hop}, ${packetBytes} bytes, batch ${batch}`,
        nsPerPacket,
      ] as const;
    }),
  ]);
}

function differingConditions(before: Report, after: Report): string[] {
  const names = Object.keys(before.conditions) as (keyof Report['conditions'])[];
  return names
    .filter((name) => before.conditions[name] !== after.conditions[name])
    .map((name) => `${name}: ${before.conditions[name]} -> ${after.conditions[name]}`);
}
