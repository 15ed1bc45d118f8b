import { group, max, sort } from 'd3-array';
import { contenders, findContender, type ContenderName } from '../chains/contenders.js';
import { keyOf } from '../chains/jobs.js';
import type { Job } from '../chains/plan.js';
import type { HopsResult, RatesResult } from '../chains/results.js';
import type { Sample } from '../samples.js';
import { figureOf } from './figure.js';
import { judge } from './goals.js';
import type { Figure, Report } from './schema.js';

type Done<Result> = { readonly job: Job; readonly result: Result };

export interface ReportInput {
  readonly samples: readonly Sample[];
  readonly size: Report['size'];
  readonly conditions: Omit<Report['conditions'], 'kernel' | 'cpus' | 'cpuModel' | 'othersPercent'>;
  readonly notRun: Report['notRun'];
}

/** Puts the repetitions of each measurement together, and holds the goals against them. */
export function makeReport({ samples, size, conditions, notRun }: ReportInput): Report {
  const machine = samples.findLast((sample) => sample.of === 'machine');
  const { kernel, cpus, cpuModel } = machine ?? { kernel: 'none', cpus: 0, cpuModel: 'none' };
  const othersPercent = Math.round(100 * (max(samples, (sample) => (sample.of === 'others' ? sample.busy : 0)) ?? 0));
  // A job that was done again, because it failed or its guest did, counts as it was last.
  const chains = [
    ...new Map(samples.filter((sample) => sample.of === 'chain').map((sample) => [keyOf(sample.job), sample])).values(),
  ];
  const done = chains.filter((sample) => 'result' in sample);
  const of = <Result>(kind: Job['kind']): Done<Result>[][] => {
    const ofKind = done.filter(({ job }) => job.kind === kind) as unknown as Done<Result>[];
    return inOrder([...group(ofKind, ({ job: { repetition: _, ...job } }) => keyOf(job)).values()]);
  };
  const figures = {
    throughput: of<HopsResult>('throughput').map((all) => throughputOf(all, cpus)),
    rates: of<RatesResult>('rates').map(ratesOf),
    blocked: of<HopsResult>('blocked').map((all) => ({
      ...chainOf(all),
      cpuShare: figureOf(byRepetition(all, ({ cpuSeconds, seconds }) => (cpuSeconds[0] ?? 0) / seconds)),
    })),
    instructions: samples
      .filter((sample) => sample.of === 'costs')
      .flatMap(({ costs }) =>
        costs.costs.map(({ path, batch, packetBytes, instructions }) => ({
          kernel: costs.kernel,
          path,
          batch,
          packetBytes,
          instructions: figureOf(instructions),
        })),
      ),
    rings: samples.filter((sample) => sample.of === 'rings').map(({ measurement }) => measurement),
    held: samples.filter((sample) => sample.of === 'held').map(({ measurement }) => measurement),
    redirects: samples.filter((sample) => sample.of === 'redirects').map(({ measurement }) => measurement),
  };
  const failures = [
    ...group(
      chains.filter((sample) => 'failure' in sample),
      ({ job }) => job.contender,
    ),
  ].map(([contender, failed]) => ({
    what: findContender(contender).title,
    reason: `${failed.length} of its measurements failed, the first: ${failed[0]?.failure}`,
  }));
  return {
    ...{
      version: 2,
      made: new Date().toISOString(),
      size,
      conditions: { ...conditions, kernel, cpus, cpuModel, othersPercent },
    },
    ...figures,
    notRun: [...notRun, ...failures],
    goals: judge({ ...figures, hostCpus: conditions.hostCpus }),
  };
}

/** They were measured in an order of chance; readers look for a contender and then for its chain. */
function inOrder<Result>(all: Done<Result>[][]): Done<Result>[][] {
  const rank = ({ contender }: Job): number => contenders.findIndex(({ name }) => name === contender);
  const by =
    (value: (job: Job) => number | string) =>
    ([first]: Done<Result>[]) =>
      first === undefined ? undefined : value(first.job);
  return sort(
    all,
    by(rank),
    by(({ packetBytes }) => packetBytes),
    by(({ functions }) => functions),
    by(({ batch }) => batch),
    by(({ wait }) => wait),
  );
}

function byRepetition<Result>(
  all: readonly Done<Result>[],
  value: (result: Result) => number | undefined,
): (number | null)[] {
  const results = new Map(all.map(({ job, result }) => [job.repetition, result]));
  return Array.from({ length: 1 + (max(results.keys()) ?? -1) }, (_, repetition) => {
    const result = results.get(repetition);
    return (result === undefined ? undefined : value(result)) ?? null;
  });
}

function chainOf([first]: readonly Done<unknown>[]): { contender: ContenderName } & Pick<
  Job,
  'functions' | 'packetBytes' | 'batch' | 'wait'
> {
  if (first === undefined) throw new Error('a measurement without a sample');
  const { contender, functions, packetBytes, batch, wait } = first.job;
  return { contender, functions, packetBytes, batch, wait };
}

/** All processors are busy in such a run, or one per stage where there are more. */
function throughputOf(all: readonly Done<HopsResult>[], cpus: number): Report['throughput'][number] {
  const chain = chainOf(all);
  const cores = Math.min(cpus, chain.functions + 2);
  return {
    ...chain,
    pps: figureOf(byRepetition(all, ({ pps }) => pps)),
    hopsPerCoreSecond: figureOf(byRepetition(all, ({ pps }) => (pps * (chain.functions + 1)) / cores)),
    lost: all.reduce((sum, { result }) => sum + result.lost, 0),
    reordered: all.reduce((sum, { result }) => sum + result.reordered, 0),
  };
}

function ratesOf(all: readonly Done<RatesResult>[]): Report['rates'][number] {
  const shares = all[0]?.result.latencies.map(({ share }) => share) ?? [];
  const latencies = shares.map((share) => {
    const of = (name: 'p50' | 'p99' | 'p999' | 'max'): Figure =>
      figureOf(
        byRepetition(all, ({ latencies }) => latencies.find((latency) => latency.share === share)?.latencyNs[name]),
      );
    return { share, p50Ns: of('p50'), p99Ns: of('p99'), p999Ns: of('p999'), maxNs: of('max') };
  });
  return { ...chainOf(all), lossFreePps: figureOf(byRepetition(all, ({ lossFreePps }) => lossFreePps)), latencies };
}
