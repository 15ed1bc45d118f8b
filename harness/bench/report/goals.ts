import { max, min } from 'd3-array';
import { medianRatio } from './figure.js';
import type { Figure, Goal, Report, Throughput } from './schema.js';

interface Figures extends Pick<Report, 'throughput' | 'rates' | 'instructions' | 'rings'> {
  /** Processors of the machine that the rings were measured on. */
  readonly hostCpus: number;
}

/** What a value has to be, and how it is shown. */
interface Limit {
  readonly what: string;
  readonly limit: number;
  readonly atMost?: boolean;
  readonly unit?: 'x' | '%' | '';
  readonly value: (figures: Figures) => number | undefined;
}

/** The goals of the project. Ratios of throughput are of 64-byte packets, and the worst over the lengths that both were measured at. */
const limits: readonly Limit[] = [
  { what: 'a zero-copy chain of 8 functions beside one of 2, hops a core-second', limit: 0.9, value: flatness },
  { what: 'a zero-copy hop beside AF_XDP over veth', limit: 10, value: ratioOf('flash', 'veth') },
  { what: 'a zero-copy hop beside DPDK memif', limit: 1, value: ratioOf('flash', 'memif') },
  { what: 'a zero-copy hop beside user-space rings', limit: 0.8, value: ratioOf('flash', 'spsc') },
  { what: 'a hop with one copy beside AF_XDP over veth', limit: 3, value: ratioOf('flash-copy', 'veth') },
  {
    what: 'MP/MC rings of descriptors beside rte_ring MP/MC, bulks of 32, cycles an object',
    limit: 1,
    atMost: true,
    value: ringRatioOf('descriptor'),
  },
  {
    what: 'MP/MC rings of addresses beside rte_ring MP/MC, bulks of 32, cycles an object',
    limit: 1,
    atMost: true,
    value: ringRatioOf('address'),
  },
  {
    what: 'kernel instructions per packet and hop at batch 64',
    limit: 50,
    atMost: true,
    unit: '',
    value: hopInstructions,
  },
  {
    what: 'a socket on no route, instructions beyond the vanilla kernel',
    limit: 1,
    atMost: true,
    unit: '%',
    value: bystanderPercent,
  },
];

export function judge(figures: Figures): Goal[] {
  return limits.map(({ what, limit, atMost = false, unit = 'x', value: measure }) => {
    const value = measure(figures);
    const show = (number: number): string => `${number.toFixed(unit === '' ? 1 : 2)}${unit === '' ? '' : ` ${unit}`}`;
    const met = value !== undefined && (atMost ? value <= limit : value >= limit);
    return {
      what,
      limit: `at ${atMost ? 'most' : 'least'} ${show(limit)}`,
      value: value === undefined ? '-' : show(value),
      verdict: value === undefined ? 'not measured' : met ? 'met' : 'MISSED',
    };
  });
}

const usual = ({ packetBytes, batch, wait }: Throughput): boolean =>
  packetBytes === 64 && batch === 32 && wait === 'spin';

function flatness({ throughput }: Figures): number | undefined {
  const of = (functions: number): Figure | undefined =>
    throughput.find((chain) => usual(chain) && chain.contender === 'flash' && chain.functions === functions)
      ?.hopsPerCoreSecond;
  return medianRatio(of(8), of(2));
}

function ratioOf(one: string, other: string): (figures: Figures) => number | undefined {
  return ({ throughput }) => {
    const measured = throughput.filter(usual);
    return min(
      measured.filter(({ contender }) => contender === one),
      ({ functions, pps }) =>
        medianRatio(pps, measured.find((chain) => chain.contender === other && chain.functions === functions)?.pps),
    );
  };
}

/** Both carry the same objects; the worst over the numbers of threads that have a processor each. */
function ringRatioOf(object: Report['rings'][number]['object']): (figures: Figures) => number | undefined {
  return ({ rings, hostCpus }) => {
    const bulk = rings.filter((ring) => ring.batch === 32 && ring.object === object && ring.threads <= hostCpus);
    return max(
      bulk.filter(({ ring }) => ring === 'flash'),
      ({ threads, cyclesPerObject }) =>
        medianRatio(
          cyclesPerObject,
          bulk.find((other) => other.ring === 'rte-mpmc' && other.threads === threads)?.cyclesPerObject,
        ),
    );
  };
}

function hopInstructions({ instructions }: Figures): number | undefined {
  return instructions.find(
    ({ path, batch, packetBytes }) => path === 'zero-copy hop' && batch === 64 && packetBytes === 64,
  )?.instructions.min;
}

function bystanderPercent({ instructions }: Figures): number | undefined {
  const wire = instructions.filter(({ path }) => path === 'wire');
  const shares = wire
    .filter(({ kernel }) => kernel === 'vanilla')
    .map(
      ({ batch, packetBytes, instructions: vanilla }) =>
        (wire.find((cost) => cost.kernel === 'flash' && cost.batch === batch && cost.packetBytes === packetBytes)
          ?.instructions.min ?? Number.NaN) /
          vanilla.min -
        1,
    )
    .filter((share) => Number.isFinite(share));
  return shares.length === 0 ? undefined : Math.max(...shares) * 100;
}
