import { appendFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { keyOf, makePlan } from '../../../bench/chains/jobs.js';
import type { Job } from '../../../bench/chains/plan.js';
import { measureRates, measureThroughput } from '../../../bench/chains/rates.js';
import type { HopsResult } from '../../../bench/chains/results.js';
import type { HopsOptions } from '../../../bench/chains/run-hops.js';
import { compareReports } from '../../../bench/report/compare.js';
import { judge } from '../../../bench/report/goals.js';
import { renderHtml } from '../../../bench/report/html.js';
import { figureOf, medianRatio } from '../../../bench/report/figure.js';
import { makeReport } from '../../../bench/report/make-report.js';
import { reportSchema, type Report } from '../../../bench/report/schema.js';
import { openSamples, type Sample } from '../../../bench/samples.js';
import { FlashError } from '../../../errors.js';
import { withTemporaryDir } from '../../../host/temporary.js';

const chain = { contender: 'flash', functions: 2, packetBytes: 64, batch: 32, wait: 'spin' } as const;
const latencyNs = { count: 9, min: 1, p50: 2000, p90: 3000, p99: 4000, p999: 5000, max: 6000, mean: 2100 };
const result = (pps: number): HopsResult => ({
  seconds: 1,
  sent: pps,
  received: pps,
  lost: 0,
  reordered: 0,
  pps,
  cpuSeconds: [0.5, 0.5, 0.5, 0.5],
  latencyNs,
});
const sampleOf = (job: Partial<Job>, pps: number): Sample => ({
  of: 'chain',
  job: { kind: 'throughput', ...chain, repetition: 0, ...job },
  result: result(pps),
});
const machine: Sample = { of: 'machine', kernel: '6.12', cpus: 2, cpuModel: 'TCG' };
const conditions = {
  place: 'in a guest',
  hostCpus: 2,
  hostCpuModel: 'host',
  node: 'v20',
  repetitions: 3,
  seed: 1,
  warmUpMs: 1,
  measureMs: 1,
  ringSize: 256,
  frameBytes: 2048,
  umem: 'one',
};
const reportOf = (samples: readonly Sample[], notRun: Report['notRun'] = []): Report =>
  makeReport({ samples: [machine, ...samples], size: 'quick', conditions, notRun });

test('a plan has each measurement once a repetition, in an order that is another each time and the same in each run', (t) => {
  const plan = makePlan('full', ['flash', 'veth', 'spsc']);
  const orders = Array.from({ length: plan.repetitions }, (_, repetition) =>
    plan.jobs
      .filter(({ repetition: of, kind }) => of === repetition && kind === 'throughput')
      .map(({ repetition: _r, ...job }) => keyOf(job)),
  );

  t.is(new Set(plan.jobs.map(keyOf)).size, plan.jobs.length);
  for (const order of orders.slice(1)) {
    t.deepEqual([...order].sort(), [...(orders[0] ?? [])].sort());
    t.notDeepEqual(order, orders[0]);
  }
  t.deepEqual(makePlan('full', ['flash', 'veth', 'spsc']).jobs, plan.jobs);
});

test('what takes long is repeated less often', (t) => {
  const { jobs, repetitions } = makePlan('full', ['flash', 'veth', 'spsc']);
  const repeated = (kind: Job['kind']): number =>
    new Set(jobs.filter((job) => job.kind === kind).map(({ repetition }) => repetition)).size;

  t.deepEqual([repeated('throughput'), repeated('rates'), repeated('blocked')], [repetitions, 3, 3]);
});

test('in a plan, contenders for the same chain follow each other, and so do chains that differ in their length alone', (t) => {
  const { jobs } = makePlan('full', ['flash', 'veth', 'spsc']);
  const chains = jobs.map(({ contender: _, ...chain }) => keyOf(chain));
  const changes = chains.filter((chain, index) => chain !== chains[index - 1]);

  t.is(new Set(changes).size, changes.length);
  const lengths = jobs.map(({ contender: _, functions: _f, ...chain }) => keyOf(chain));
  t.is(new Set(lengths).size, lengths.filter((chain, index) => chain !== lengths[index - 1]).length);
});

test('the search finds the highest rate without loss, and takes the latency at shares of it', async (t) => {
  const capacityPps = 70_000;
  const offered: number[] = [];
  const run = async ({ ratePps = 0 }: HopsOptions): Promise<HopsResult> => {
    offered.push(ratePps);
    const received = ratePps === 0 ? 90_000 : Math.min(ratePps, capacityPps);
    return { ...result(received), lost: Math.max(0, ratePps - capacityPps) };
  };

  const { lossFreePps, latencies } = await measureRates({ ...chain, warmUpMs: 1, measureMs: 1, ringSize: 64 }, run);

  t.true(lossFreePps <= capacityPps && lossFreePps > capacityPps * 0.95, String(lossFreePps));
  t.deepEqual(
    latencies.map(({ share }) => share),
    [0.1, 0.5, 0.9],
  );
  t.deepEqual(
    offered.slice(-3),
    [0.1, 0.5, 0.9].map((share) => Math.round(lossFreePps * share)),
  );
});

test('a chain that drops is measured at gentler rates as well, and its best counts', async (t) => {
  const offered: number[] = [];
  const run = async ({ ratePps = 0 }: HopsOptions): Promise<HopsResult> => {
    offered.push(ratePps);
    return result(ratePps === 150 ? 140 : 100);
  };
  const options = { ...chain, warmUpMs: 1, measureMs: 1, ringSize: 64 };

  const dropping = await measureThroughput({ ...options, contender: 'veth' }, run);
  const holding = await measureThroughput(options, run);

  t.deepEqual([dropping.pps, holding.pps], [140, 100]);
  t.deepEqual(offered, [0, 250, 150, 0]);
});

test('a report has the median and the range of the repetitions, and counts what was done again as it was last', (t) => {
  const failed: Sample = {
    of: 'chain',
    job: { kind: 'throughput', ...chain, repetition: 2 },
    failure: 'the guest died',
  };
  const report = reportOf([
    sampleOf({}, 100),
    sampleOf({ repetition: 1 }, 130),
    failed,
    sampleOf({ repetition: 2 }, 110),
  ]);

  t.deepEqual(
    report.throughput.map(({ pps }) => pps),
    [{ median: 110, min: 100, max: 130, samples: 3, byRepetition: [100, 130, 110] }],
  );
  t.is(report.throughput[0]?.hopsPerCoreSecond.median, (110 * 3) / 2);
  t.deepEqual(report.notRun, []);
  t.deepEqual(reportSchema.parse(JSON.parse(JSON.stringify(report))), report);
});

test('a report names its chains by contender, size, length and batch, whatever came first', (t) => {
  const jobs: Partial<Job>[] = [
    { contender: 'veth' },
    { functions: 8 },
    { packetBytes: 1500 },
    { batch: 8 },
    { functions: 2 },
  ];

  const { throughput } = reportOf(jobs.map((job) => sampleOf(job, 100)));

  t.deepEqual(
    throughput.map(({ contender, packetBytes, functions, batch }) =>
      [contender, packetBytes, functions, batch].join('/'),
    ),
    ['flash/64/2/8', 'flash/64/2/32', 'flash/64/8/32', 'flash/1500/2/32', 'veth/64/2/32'],
  );
});

test('a report says how busy the machine was with other things', (t) => {
  const others = [0.004, 0.312].map((busy): Sample => ({ of: 'others', busy }));

  t.is(reportOf([...others, sampleOf({}, 100)]).conditions.othersPercent, 31);
  t.is(reportOf([sampleOf({}, 100)]).conditions.othersPercent, 0);
});

test('a contender that fails is listed with the reason', (t) => {
  const failed: Sample = {
    of: 'chain',
    job: { kind: 'throughput', ...chain, contender: 'memif', repetition: 0 },
    failure: 'no memory',
  };

  const { notRun } = reportOf([sampleOf({}, 100), failed], [{ what: 'DPDK', reason: 'not there' }]);

  t.deepEqual(
    notRun.map(({ what }) => what),
    ['DPDK', 'DPDK memif'],
  );
  t.regex(notRun[1]?.reason ?? '', /no memory/);
});

test('goals are met, missed or not measured, by the worst of what they compare', (t) => {
  const samples = [
    sampleOf({ functions: 2 }, 100),
    sampleOf({ functions: 8 }, 35),
    sampleOf({ contender: 'veth', functions: 2 }, 9),
    sampleOf({ contender: 'veth', functions: 8 }, 5),
  ];
  const verdictOf = (report: Report, what: RegExp): string =>
    report.goals
      .filter((goal) => what.test(goal.what))
      .map(({ value, verdict }) => `${value}: ${verdict}`)
      .join();

  const report = reportOf(samples);

  t.is(verdictOf(report, /8 functions beside/), '1.05 x: met');
  t.is(verdictOf(report, /zero-copy hop beside AF_XDP/), '7.00 x: MISSED');
  t.is(verdictOf(report, /memif/), '-: not measured');
  t.deepEqual(
    [
      ...new Set(
        judge({ throughput: [], rates: [], instructions: [], rings: [], hostCpus: 2 }).map(({ verdict }) => verdict),
      ),
    ],
    ['not measured'],
  );
});

test('rings are held to the goal object by object, with as many threads as have a processor', (t) => {
  const ring = (name: string, object: string, threads: number, cycles: number) => {
    const figure = figureOf([cycles]);
    return { ring: name, object, batch: 32, threads, cyclesPerObject: figure, nsPerObject: figure };
  };
  const rings = [
    ring('flash', 'descriptor', 1, 3),
    ring('rte-mpmc', 'descriptor', 1, 2),
    ring('rte-mpmc-general', 'descriptor', 1, 9),
    ring('flash', 'descriptor', 2, 6),
    ring('rte-mpmc', 'descriptor', 2, 8),
    ring('flash', 'address', 1, 1),
    ring('rte-mpmc', 'address', 1, 2),
    ring('flash', 'address', 4, 90),
    ring('rte-mpmc', 'address', 4, 2),
  ];

  const goals = judge({ throughput: [], rates: [], instructions: [], rings, hostCpus: 2 }).filter(({ what }) =>
    /rte_ring/.test(what),
  );

  t.deepEqual(
    goals.map(({ what, value, verdict }) => [/descriptor|address/.exec(what)?.[0], value, verdict]),
    [
      ['descriptor', '1.50 x', 'MISSED'],
      ['address', '0.50 x', 'met'],
    ],
  );
});

test('two reports differ where the samples of one lie beyond those of the other', (t) => {
  const before = reportOf([
    sampleOf({}, 100),
    sampleOf({ repetition: 1 }, 104),
    sampleOf({ contender: 'veth' }, 50),
    sampleOf({ functions: 8 }, 40),
  ]);
  const after = reportOf([
    sampleOf({}, 140),
    sampleOf({ repetition: 1 }, 150),
    sampleOf({ contender: 'veth' }, 50.1),
    sampleOf({ contender: 'spsc' }, 1),
  ]);

  const comparison = compareReports(before, { ...after, conditions: { ...after.conditions, kernel: '6.13' } });

  t.deepEqual(
    comparison.changes.map(({ what }) => what),
    ['packets/s: flash, 2 functions, 64 bytes, batch 32, spin'],
  );
  t.true(Math.abs((comparison.changes[0]?.ratio ?? 0) - 145 / 102) < 1e-9);
  t.deepEqual([comparison.onlyBefore.length, comparison.onlyAfter.length, comparison.unchanged], [1, 1, 1]);
  t.deepEqual(comparison.conditions, ['kernel: 6.12 -> 6.13']);
});

test('the page needs nothing else, shows the pictures and says what was missed', async (t) => {
  const rates: Sample = {
    of: 'chain',
    job: { kind: 'rates', ...chain, repetition: 0 },
    result: { lossFreePps: 1000, latencies: [{ share: 0.5, ratePps: 500, latencyNs }] },
  };
  const page = await renderHtml(
    reportOf(
      [
        sampleOf({}, 100),
        sampleOf({ functions: 8 }, 20),
        sampleOf({ contender: 'veth' }, 0),
        sampleOf({ contender: 'veth', functions: 8 }, 5),
        rates,
      ],
      [{ what: 'DPDK <ring>', reason: '"none"' }],
    ),
  );

  t.true((page.match(/<svg/g) ?? []).length >= 2);
  t.notRegex(page.replace(/xmlns(:xlink)?="[^"]*"/g, ''), /https?:|<script|<link|@import/);
  t.regex(page, /class="MISSED"/);
  t.true(page.includes('DPDK &lt;ring&gt;') && page.includes('&quot;none&quot;'));
});

test('a run goes on with the samples it has, also after half a line, and refuses those of another run', (t) =>
  withTemporaryDir(tmpdir(), async (dir) => {
    const path = join(dir, 'samples.jsonl');
    openSamples(path, { size: 'quick' }, false).add(sampleOf({}, 100));
    appendFileSync(path, '{"of":"cha');

    const second = openSamples(path, { size: 'quick' }, true);
    second.add(sampleOf({ repetition: 1 }, 101));

    t.true(second.has({ kind: 'throughput', ...chain, repetition: 0 }));
    t.false(second.has({ kind: 'throughput', ...chain, repetition: 2 }));
    t.is(readFileSync(path, 'utf8').trimEnd().split('\n').length, 3);
    t.is(openSamples(path, { size: 'quick' }, true).samples().length, 2);
    t.throws(() => openSamples(path, { size: 'full' }, true), { instanceOf: FlashError, message: /another run/ });
    t.throws(() => openSamples(join(dir, 'none'), {}, true), {
      instanceOf: FlashError,
      message: /no run to go on with/,
    });
  }));

test('a figure is a median and a range of the repetitions that gave something', (t) => {
  t.deepEqual(figureOf([3, 1, null, 2, 10]), {
    median: 2.5,
    min: 1,
    max: 10,
    samples: 4,
    byRepetition: [3, 1, null, 2, 10],
  });
});

test('figures are compared within each repetition, whatever happened between them', (t) => {
  const [fast, slow, medium] = [200, 20, 90];

  t.is(medianRatio(figureOf([fast, slow, medium]), figureOf([fast / 2, slow / 2, medium / 3])), 2);
  t.is(medianRatio(figureOf([fast, null, slow]), figureOf([null, slow, slow / 4])), 4);
  t.is(medianRatio(figureOf([fast]), figureOf([0])), undefined);
  t.is(medianRatio(figureOf([fast, null]), figureOf([null, slow])), undefined);
});
