import test from 'ava';
import { heldCases, summarizeHeld } from '../../../bench/held.js';
import { ringCases, ringContenders, ringsNotRun, summarizeRing } from '../../../bench/rings.js';
import { FlashError } from '../../../errors.js';
import { parseRingSample } from '../../../native/rings.js';

const line =
  '{"ring":"flash","object":"descriptor","batch":32,"threads":2,"cpus":2,"cyclesPerObject":5.125,"nsPerObject":2.094,"objects":4096,"seconds":0.2001,"share":0.99}\n';

test('a run that gave no figures is an error', (t) => {
  t.is(parseRingSample(line).cyclesPerObject, 5.125);
  t.throws(() => parseRingSample(line.replace('"objects":4096', '"objects":0')), {
    instanceOf: FlashError,
    message: /no figures/,
  });
  t.throws(() => parseRingSample(line.replace('2.094', 'null')), { instanceOf: FlashError });
});

test('repetitions become a median and a range', (t) => {
  const { ring, object, batch, threads, ...rest } = parseRingSample(line);
  const options = { ring, object, batch, threads };
  const samples = [5, 9, 6].map((cycles) => ({
    ...options,
    ...rest,
    cyclesPerObject: cycles,
    nsPerObject: cycles / 2,
  }));

  t.deepEqual(summarizeRing(options, samples), {
    ...options,
    cyclesPerObject: { median: 6, min: 5, max: 9, samples: 3, byRepetition: [5, 9, 6] },
    nsPerObject: { median: 3, min: 2.5, max: 4.5, samples: 3, byRepetition: [2.5, 4.5, 3] },
    share: { median: 0.99, min: 0.99, max: 0.99, samples: 3, byRepetition: [0.99, 0.99, 0.99] },
  });
});

test('runs beside other programs count only where there are no others', (t) => {
  const { ring, object, batch, threads, ...rest } = parseRingSample(line);
  const options = { ring, object, batch, threads };
  const run = (cyclesPerObject: number, share: number) => ({ ...options, ...rest, cyclesPerObject, share });

  t.deepEqual(summarizeRing(options, [run(5, 0.99), run(90, 0.4), run(7, 0.96)]).cyclesPerObject.byRepetition, [
    5,
    null,
    7,
  ]);
  t.deepEqual(summarizeRing(options, [run(80, 0.5), run(90, 0.4)]).cyclesPerObject.byRepetition, [80, 90]);
  const crowded = [run(5, 0.8), run(9, 0.7)].map((sample) => ({ ...sample, threads: 4 }));
  t.deepEqual(summarizeRing(options, crowded).cyclesPerObject.byRepetition, [5, null]);
});

test('what others move beside a held producer is a share of what they move without', (t) => {
  const pair = (unheld: number, held: number) => ({
    unheld: { othersPerSecond: unheld, longestWaitUs: 10 },
    held: { othersPerSecond: held, longestWaitUs: 1010 },
  });

  const { othersShare, longestWaitUs, longestWaitUnheldUs } = summarizeHeld(
    { ring: 'flash', batch: 8, threads: 2, holdUs: 1000 },
    [pair(100, 80), pair(1000, 900), pair(10, 7)],
  );

  t.deepEqual(
    [othersShare.byRepetition, longestWaitUs.median, longestWaitUnheldUs.median],
    [[0.8, 0.9, 0.7], 1010, 10],
  );
});

test('both kinds of ring are held with the same producers and bulks', (t) => {
  const of = (name: string) => heldCases.filter(({ ring }) => ring === name).map(({ ring: _, ...rest }) => rest);

  t.deepEqual(of('flash'), of('locked'));
  t.is(of('flash').length, 6);
});

test('every ring is measured at every bulk, one for a single user with one thread only', (t) => {
  const cases = ringCases(ringContenders);
  const threadsOf = (name: string): number[] => [
    ...new Set(cases.filter(({ ring }) => ring === name).map(({ threads }) => threads)),
  ];

  t.deepEqual(threadsOf('flash'), [1, 2, 3, 4]);
  t.deepEqual(threadsOf('locked'), [1, 2, 3, 4]);
  t.deepEqual(threadsOf('plain'), [1]);
  t.deepEqual([...new Set(cases.map(({ batch }) => batch))], [1, 8, 32, 64]);
  t.is(
    new Set(cases.map(({ ring, object, batch, threads }) => [ring, object, batch, threads].join())).size,
    cases.length,
  );
});

test('rings that were not measured are named with the reason, also where a run goes on', (t) => {
  const measured = (ring: string) =>
    summarizeRing({ ring, object: 'descriptor', batch: 32, threads: 1 }, [parseRingSample(line)]);

  t.deepEqual(ringsNotRun([measured('flash'), measured('rte-mpmc')]), []);
  t.deepEqual(
    ringsNotRun([measured('flash')]).map(({ what }) => what),
    ['rte_ring'],
  );
  t.deepEqual(
    ringsNotRun([]).map(({ what }) => what),
    ['rings alone'],
  );
});
