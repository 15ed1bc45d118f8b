import test from 'ava';
import { ringCases, ringContenders, ringsNotRun, summarizeRing } from '../../bench/rings.js';
import { FlashError } from '../../errors.js';
import { parseRingSample } from '../../native/rings.js';

const line = '{"ring":"flash","object":"descriptor","batch":32,"threads":2,"cpus":2,"cyclesPerObject":5.125,"nsPerObject":2.094,"objects":4096,"seconds":0.2001}\n';

test('a run that gave no figures is an error', (t) => {
  t.is(parseRingSample(line).cyclesPerObject, 5.125);
  t.throws(() => parseRingSample(line.replace('"objects":4096', '"objects":0')), { instanceOf: FlashError, message: /no figures/ });
  t.throws(() => parseRingSample(line.replace('2.094', 'null')), { instanceOf: FlashError });
});

test('repetitions become a median and a range', (t) => {
  const { ring, object, batch, threads, ...rest } = parseRingSample(line);
  const options = { ring, object, batch, threads };
  const samples = [5, 9, 6].map((cycles) => ({ ...options, ...rest, cyclesPerObject: cycles, nsPerObject: cycles / 2 }));

  t.deepEqual(summarizeRing(options, samples), {
    ...options,
    cyclesPerObject: { median: 6, min: 5, max: 9, samples: 3, byRepetition: [5, 9, 6] },
    nsPerObject: { median: 3, min: 2.5, max: 4.5, samples: 3, byRepetition: [2.5, 4.5, 3] },
  });
});

test('every ring is measured at every bulk, one for a single user with one thread only', (t) => {
  const cases = ringCases(ringContenders);
  const threadsOf = (name: string): number[] => [...new Set(cases.filter(({ ring }) => ring === name).map(({ threads }) => threads))];

  t.deepEqual(threadsOf('flash'), [1, 2, 3, 4]);
  t.deepEqual(threadsOf('plain'), [1]);
  t.deepEqual([...new Set(cases.map(({ batch }) => batch))], [1, 8, 32, 64]);
  t.is(new Set(cases.map(({ ring, object, batch, threads }) => [ring, object, batch, threads].join())).size, cases.length);
});

test('rings that were not measured are named with the reason, also where a run goes on', (t) => {
  const measured = (ring: string) => summarizeRing({ ring, object: 'descriptor', batch: 32, threads: 1 }, [parseRingSample(line)]);

  t.deepEqual(ringsNotRun([measured('flash'), measured('rte-mpmc')]), []);
  t.deepEqual(ringsNotRun([measured('flash')]).map(({ what }) => what), ['rte_ring']);
  t.deepEqual(ringsNotRun([]).map(({ what }) => what), ['rings alone']);
});
