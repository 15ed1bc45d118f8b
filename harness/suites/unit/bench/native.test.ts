import test from 'ava';
import { redirectCases, summarizeRedirect } from '../../../bench/redirects.js';
import { compareReports } from '../../../bench/report/compare.js';
import { figureOf } from '../../../bench/report/figure.js';
import { makeReport } from '../../../bench/report/make-report.js';
import { nativeTables } from '../../../bench/report/native-tables.js';
import { reportSchema, type Report } from '../../../bench/report/schema.js';
import type { Sample } from '../../../bench/samples.js';
import { FlashError } from '../../../errors.js';
import { parseRedirectSample } from '../../../native/redirect.js';
import { checkPrograms } from '../../native-suite.js';

const conditions = {
  place: 'on this machine',
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
const ring = (
  name: string,
  threads: number,
  cycles: readonly (number | null)[],
  object: 'descriptor' | 'address' = 'descriptor',
): Sample => {
  const figure = figureOf(cycles);
  return {
    of: 'rings',
    measurement: { ring: name, object, batch: 8, threads, cyclesPerObject: figure, nsPerObject: figure, share: figure },
  };
};
const held = (name: string, share: number): Sample => ({
  of: 'held',
  measurement: {
    ring: name,
    batch: 8,
    threads: 2,
    holdUs: 1000,
    othersShare: figureOf([share]),
    longestWaitUs: figureOf([1010]),
    longestWaitUnheldUs: figureOf([20]),
  },
});
const redirect = (batch: number, cycles: number): Sample => ({
  of: 'redirects',
  measurement: {
    hop: 'zero-copy',
    packetBytes: 64,
    batch,
    cyclesPerPacket: figureOf([cycles]),
    nsPerPacket: figureOf([cycles / 2]),
  },
});
const reportOf = (samples: readonly Sample[]): Report => makeReport({ samples, size: 'quick', conditions, notRun: [] });
const line = '{"hop":"copy","packetBytes":64,"batch":8,"cyclesPerPacket":35.5,"nsPerPacket":13.7,"packets":4096}\n';

test('the compare-and-swap is beside the lock, run by run, and threads without a processor are said to measure preemption', (t) => {
  const samples = [
    ring('flash', 2, [10, null, 30]),
    ring('locked', 2, [20, 5, 90]),
    ring('flash', 4, [7]),
    ring('locked', 4, [7]),
    ring('plain', 1, [1]),
    ring('flash', 2, [1], 'address'),
    ring('locked', 2, [1], 'address'),
  ];

  const [table] = nativeTables(reportOf(samples));

  t.deepEqual(table?.rows, [
    ['2', '8', '20 (10 to 30)', '20 (5 to 90)', '2.50'],
    ['4: preemption', '8', '7', '7', '1.00'],
  ]);
  t.regex(table?.caption ?? '', /beyond the 2 processors/);
});

test('what a held producer costs the others is shown for both kinds of ring, with the longest wait without and with', (t) => {
  const [table] = nativeTables(reportOf([held('flash', 0.8), held('locked', 0.75)]));

  t.deepEqual(table?.rows, [['2', '8', '80', '20; 1,010', '75', '20; 1,010']]);
});

test('a hop has a row for each way and size, and a column for each batch', (t) => {
  const [table] = nativeTables(reportOf([redirect(1, 99), redirect(64, 6.5)]));

  t.deepEqual([table?.head, table?.rows], [['batch', '1', '64'], [['zero-copy, 64 bytes', '99', '6.5']]]);
  t.deepEqual(
    [...new Set(redirectCases.map(({ hop, packetBytes }) => `${hop} ${packetBytes}`))],
    ['zero-copy 64', 'copy 64', 'copy 1500'],
  );
});

test('reports keep and compare redirects and held producers, and those without them are still read', (t) => {
  const [before, after] = [
    reportOf([redirect(8, 20), held('flash', 0.8)]),
    reportOf([redirect(8, 30), held('flash', 0.8)]),
  ];
  const { held: _h, redirects: _r, ...old } = before;

  t.deepEqual(reportSchema.parse(JSON.parse(JSON.stringify(before))), before);
  t.deepEqual(
    compareReports(before, after).changes.map(({ what }) => what),
    ['ns per packet in xsk_redirect_batch(): zero-copy, 64 bytes, batch 8'],
  );
  t.deepEqual([reportSchema.parse(old).held, reportSchema.parse(old).redirects], [[], []]);
});

test('a run of redirects that gave no figures is an error', (t) => {
  t.is(parseRedirectSample(line).cyclesPerPacket, 35.5);
  t.is(
    summarizeRedirect({ hop: 'copy', packetBytes: 64, batch: 8 }, [parseRedirectSample(line)]).nsPerPacket.median,
    13.7,
  );
  t.throws(() => parseRedirectSample(line.replace('35.5', 'null')), { instanceOf: FlashError, message: /no figures/ });
});

test('a program that finds something wrong, or has checked nothing, fails its suite', async (t) => {
  const [good, wrong, idle] = await Promise.all(
    ['/bin/echo', '/bin/false', '/bin/true'].map((program) => checkPrograms([program])),
  );

  t.deepEqual(
    [good, wrong, idle].map((result) => result?.tests.map(({ outcome }) => outcome)),
    [['passed'], ['failed'], ['failed']],
  );
});
