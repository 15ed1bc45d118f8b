import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../../errors.js';
import { kernelKib } from '../../../host/kernel-memory.js';
import { withTemporaryDir } from '../../../host/temporary.js';
import { judge, mebibytesPerSecond, quarterRows, quarters } from '../../../soak/judge.js';
import { renderPage } from '../../../soak/page.js';
import { runSoak } from '../../../soak/run-soak.js';
import type { Round } from '../../../soak/soak-program.js';

const round: Round = {
  ...{ seconds: 90, separateUmem: false, problems: [], redirected: 4000, copied: 0, dropped: 1 },
  downloaded: { bytes: 30 * 2 ** 20, seconds: 60 },
  roundTripMs: { average: 0.5, longest: 2 },
  ...{ socketsLeft: 0, kernelKib: 50_000 },
};
const rounds = (count: number, change: (index: number) => Partial<Round> = () => ({})): Round[] =>
  Array.from({ length: count }, (_, index) => ({ ...round, ...change(index) }));
const verdicts = (all: readonly Round[]): (boolean | undefined)[] => judge(all).map(({ met }) => met);

test('a soak in which all adds up and memory stays meets its goals', (t) => {
  t.deepEqual(verdicts(rounds(16)), [true, true, true]);
});

test('a round in which something does not add up misses a goal, and so does a socket that stays', (t) => {
  t.deepEqual(verdicts(rounds(16, (index) => (index === 3 ? { problems: ['a packet is gone'] } : {}))), [
    false,
    true,
    true,
  ]);
  t.deepEqual(verdicts(rounds(16, (index) => (index === 3 ? { socketsLeft: 1 } : {}))), [true, false, true]);
});

test('memory that grows a little in each round misses a goal, and what the first rounds take does not', (t) => {
  t.deepEqual(verdicts(rounds(200, (index) => ({ kernelKib: 50_000 + 15 * index }))), [true, true, false]);
  t.deepEqual(verdicts(rounds(200, (index) => ({ kernelKib: index < 40 ? 50_000 + 100 * index : 54_000 }))), [
    true,
    true,
    true,
  ]);
});

test('a few rounds say nothing about memory', (t) => {
  t.deepEqual(verdicts(rounds(15, (index) => ({ kernelKib: 50_000 * index }))), [true, true, undefined]);
});

test('every round is in one quarter, in their order, however few there are', (t) => {
  t.deepEqual(
    [0, 1, 2, 3, 4, 5, 7].map((count) => quarters(Array.from({ length: count }, (_, index) => index)).flat().length),
    [0, 1, 2, 3, 4, 5, 7],
  );
  t.deepEqual(quarters([1, 2, 3, 4, 5, 6, 7, 8]), [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ]);
});

test('a quarter shows the median rate, and how many packets there were in all', (t) => {
  t.is(mebibytesPerSecond(round), 0.5);
  t.deepEqual(quarterRows(rounds(8))[3], ['4', '2', '0.5', '0.50', '8000', '2', '50000']);
});

test('what the kernel holds is what /proc/meminfo says it cannot reclaim', (t) => {
  const meminfo = `MemTotal:       24680000 kB
SReclaimable:      70000 kB
SUnreclaim:        30000 kB
KernelStack:        2000 kB
PageTables:         3000 kB
VmallocTotal:   34359738367 kB
VmallocUsed:        4000 kB
Percpu:             1000 kB
`;
  t.is(kernelKib(meminfo), 40_000);
});

test('the page shows goals, quarters, problems as text, and three plots', async (t) => {
  const page = await renderPage(
    rounds(16, (index) => (index === 2 ? { problems: ['inside <nf2>: 4 went in'] } : {})),
    { device: 'veth', place: 'a guest' },
  );

  t.regex(page, /16 rounds in 0\.4 hours on veth, on a guest/);
  t.regex(page, /<td>3<\/td><td>inside &lt;nf2&gt;: 4 went in<\/td>/);
  t.regex(page, /class="MISSED"/);
  t.is(page.split('<svg').length - 1, 3);
});

/** Rounds that a run has left in a folder. */
const leave = (outDir: string, device: string): void => {
  mkdirSync(outDir, { recursive: true });
  const lines = [{ device, place: 'this machine' }, ...rounds(2)].map((line) => JSON.stringify(line));
  writeFileSync(join(outDir, 'rounds.jsonl'), `${lines.join('\n')}\n`);
};
const soak = (outDir: string, resume: boolean): Promise<readonly Round[]> =>
  runSoak({ seconds: 180, downloadSeconds: 60, image: undefined, outDir, resume, onProgress: () => undefined });

test('the rounds of another run are not written over, and are not gone on with elsewhere', (t) =>
  withTemporaryDir(tmpdir(), async (dir) => {
    leave(dir, 'ice');
    const before = readFileSync(join(dir, 'rounds.jsonl'), 'utf8');

    const again = await t.throwsAsync(soak(dir, false), { instanceOf: FlashError });
    const elsewhere = await t.throwsAsync(soak(dir, true), { instanceOf: FlashError });
    const nothing = await t.throwsAsync(soak(join(dir, 'none'), true), { instanceOf: FlashError });

    t.regex(again?.details.advice ?? '', /--resume/);
    t.regex(elsewhere?.message ?? '', /of another run/);
    t.regex(nothing?.message ?? '', /no run to go on with/);
    t.is(readFileSync(join(dir, 'rounds.jsonl'), 'utf8'), before);
    t.false(existsSync(join(dir, 'none')));
  }));

test('a run that has had its time is only looked at again', (t) =>
  withTemporaryDir(tmpdir(), async (dir) => {
    leave(dir, 'veth');
    t.is((await soak(dir, true)).length, 2);
  }));
