import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { FlashError } from '../../../errors.js';
import { hasFlash } from '../../../flash/registry.js';
import { kernelKib } from '../../../host/kernel-memory.js';
import { repositoryRoot } from '../../../host/repository.js';
import { withTemporaryDir } from '../../../host/temporary.js';
import { attempt, type RunResult } from '../../../process/run.js';
import { judge, mebibytesPerSecond, quarterRows, quarters } from '../../../soak/judge.js';
import { renderPage } from '../../../soak/page.js';
import { beginSoak, resumeSoak, secondsLeft, type Failure, type Soak } from '../../../soak/record.js';
import { runSoak } from '../../../soak/run-soak.js';
import type { Round } from '../../../soak/soak-program.js';

const round: Round = {
  ...{ seconds: 90, boot: 'one', kernel: '7.3.4-flash', separateUmem: false, problems: [] },
  ...{ redirected: 4000, copied: 0, dropped: 1 },
  downloaded: { bytes: 30 * 2 ** 20, seconds: 60 },
  roundTripMs: { average: 0.5, longest: 2 },
  ...{ socketsLeft: 0, kernelKib: 50_000 },
};
const rounds = (count: number, change: (index: number) => Partial<Round> = () => ({})): Round[] =>
  Array.from({ length: count }, (_, index) => ({ ...round, ...change(index) }));
const soaked = (all: readonly Round[], failures: readonly Failure[] = []) => ({
  soak,
  rounds: () => all,
  failures: () => failures,
});
const soak: Soak = { place: 'this machine', base: '7.3', seconds: 180, downloadSeconds: 60 };
const missed = (all: readonly Round[], failures?: readonly Failure[]): string[] =>
  judge(soaked(all, failures)).flatMap(({ what, met }) => (met === false ? [what] : []));

const memory = ['growth of the memory of the kernel'];

test('a soak in which all adds up and memory stays meets its goals', (t) => {
  t.deepEqual(
    judge(soaked(rounds(16))).map(({ met }) => met),
    [true, true, true, true],
  );
});

test('each thing that is wrong misses a goal', (t) => {
  const once = (change: Partial<Round>) => missed(rounds(16, (index) => (index === 3 ? change : {})));

  t.deepEqual(once({ problems: ['a packet is gone'] }), ['rounds in which something does not add up']);
  t.deepEqual(once({ socketsLeft: 1 }), ['sockets left behind']);
  t.deepEqual(missed(rounds(16), [{ failure: 'a warning' }]), ['runs that ended before their time']);
});

test('memory that grows a little in each round misses a goal, and what the first rounds take does not', (t) => {
  t.deepEqual(missed(rounds(200, (index) => ({ kernelKib: 50_000 + 30 * index }))), memory);
  t.deepEqual(missed(rounds(200, (index) => ({ kernelKib: index < 40 ? 50_000 + 100 * index : 54_000 }))), []);
});

test('a machine that starts anew hides no growth, and is none', (t) => {
  const leaking = rounds(100, (index) => ({ kernelKib: 50_000 + 100 * index }));
  const anew = rounds(60, () => ({ boot: 'two' }));

  t.deepEqual(missed([...leaking, ...anew]), memory);
  t.deepEqual(missed([...rounds(60), ...rounds(60, () => ({ boot: 'two', kernelKib: 90_000 }))]), []);
});

test('a few rounds say nothing about memory', (t) => {
  const few = rounds(15, (index) => ({ kernelKib: 50_000 * index }));
  t.is(judge(soaked(few)).at(-1)?.met, undefined);
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

test('a quarter without rounds has no row', (t) => {
  t.deepEqual(
    [0, 1, 3].map((count) => quarterRows(rounds(count)).length),
    [0, 1, 3],
  );
});

test('what the kernel holds is what nobody can have back and no program has', (t) => {
  const meminfo = `MemTotal:        1000000 kB
MemFree:          600000 kB
MemAvailable:     800000 kB
Buffers:           10000 kB
Cached:           100000 kB
SwapCached:            1 kB
AnonPages:        149999 kB
SReclaimable:      40000 kB
`;
  t.is(kernelKib(meminfo), 100_000);
});

test('the page shows goals, quarters, problems as text, why a run ended, and three plots', async (t) => {
  const all = rounds(16, (index) => (index === 2 ? { problems: ['inside <nf2>: 4 went in'] } : {}));

  const page = await renderPage(soaked(all, [{ failure: 'a warning', logPath: '/log' }]));

  t.regex(page, /16 rounds in 0\.4 hours on veth, on this machine, Linux 7\.3\.4-flash/);
  t.regex(page, /<td>3<\/td><td>inside &lt;nf2&gt;: 4 went in<\/td>/);
  t.regex(page, /<td>a warning<\/td><td>\/log<\/td>/);
  t.regex(page, /class="MISSED"/);
  t.is(page.split('<svg').length - 1, 3);
});

const inFolder = (work: (dir: string) => Promise<void> | void): Promise<void> =>
  withTemporaryDir(tmpdir(), async (dir) => work(dir));
const recordIn = (dir: string): string => join(dir, 'rounds.jsonl');

test('a soak goes on as it began, with what it has, and with what ended it', (t) =>
  inFolder((dir) => {
    const first = beginSoak(dir, soak);
    first.add(round);
    first.add({ failure: 'the guest died', logPath: '/log' });
    writeFileSync(recordIn(dir), `${readFileSync(recordIn(dir), 'utf8')}{"seconds":`);

    const again = resumeSoak(dir);

    t.deepEqual(again.soak, soak);
    t.deepEqual(again.rounds(), [round]);
    t.deepEqual(again.failures(), [{ failure: 'the guest died', logPath: '/log' }]);
    t.is(secondsLeft(again), 90);
    again.add(round);
    t.is(secondsLeft(resumeSoak(dir)), 0);
  }));

test('the rounds of another run are not written over', (t) =>
  inFolder((dir) => {
    beginSoak(dir, soak).add(round);
    const before = readFileSync(recordIn(dir), 'utf8');

    const error = t.throws(() => beginSoak(dir, soak), { instanceOf: FlashError });

    t.true(error?.details.advice?.includes(`--resume ${dir}`));
    t.is(readFileSync(recordIn(dir), 'utf8'), before);
  }));

test('what is no record of a soak is refused, and left as it is', (t) =>
  inFolder((dir) => {
    mkdirSync(join(dir, 'other'));
    writeFileSync(recordIn(join(dir, 'other')), 'notes\n');

    t.throws(() => resumeSoak(join(dir, 'none')), { message: /no run to go on with/ });
    t.throws(() => resumeSoak(join(dir, 'other')), { message: /does not begin as the rounds of a soak/ });
    t.is(readFileSync(recordIn(join(dir, 'other')), 'utf8'), 'notes\n');
    t.false(existsSync(join(dir, 'none')));
  }));

(hasFlash() ? test.skip : test)('a run that fails is recorded with why', (t) =>
  inFolder(async (dir) => {
    const record = beginSoak(dir, soak);

    await runSoak(record, undefined, () => undefined);

    t.deepEqual(record.rounds(), []);
    t.regex(record.failures()[0]?.failure ?? '', /has no FLASH/);
    t.deepEqual(resumeSoak(dir).failures(), record.failures());
  }),
);

const command = (...args: readonly string[]): Promise<RunResult> =>
  attempt(process.execPath, [join(repositoryRoot, 'dist', 'harness', 'cli.js'), 'soak', ...args]);

test('what is wrong with the arguments is said before anything is built', (t) =>
  inFolder(async (dir) => {
    const refusals = await Promise.all([
      command('--resume', join(dir, 'none')),
      command('--resume', dir, '--for', '1h'),
      command('--for', '3x'),
      command('--round', '5m'),
    ]);

    t.deepEqual(
      refusals.map(({ exitCode }) => exitCode !== 0),
      [true, true, true, true],
    );
    const said = refusals.map(({ stderr }) => stderr);
    t.regex(said[0] ?? '', /no run to go on with/);
    t.regex(said[1] ?? '', /--resume.*cannot be used with.*--for/s);
    t.regex(said[2] ?? '', /such as 24h/);
    t.regex(said[3] ?? '', /at most 240s/);
  }));

test('a run that has had its time is only shown again', (t) =>
  inFolder(async (dir) => {
    const record = beginSoak(dir, { ...soak, seconds: 90 });
    record.add(round);

    const { exitCode, stdout, stderr } = await command('--resume', dir);

    t.is(exitCode, 0, stderr);
    t.true(stdout.includes(join(dir, 'soak.html')));
    t.true(existsSync(join(dir, 'soak.html')));
  }));
