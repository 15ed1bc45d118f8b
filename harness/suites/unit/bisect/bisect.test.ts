import test from 'ava';
import { bisect, type BisectEvent, type Verdict } from '../../../bisect/bisect.js';
import { judge } from '../../../bisect/judge.js';
import { bisectionJson, conclusion, trialTable } from '../../../bisect/report.js';
import { findCandidate, seriesCandidates, seriesHistory } from '../../../bisect/series-history.js';
import type { History } from '../../../bisect/history.js';
import { FlashError } from '../../../errors.js';
import type { Patch } from '../../../kernel/series/series.js';
import type { SuiteResult } from '../../../suites/suite.js';
import { noTests } from '../../../suites/tap.js';
import { temporaryDir, writeFiles, type Owner } from '../support/tiny-repository.js';

function withPatches(t: Owner, names: readonly string[]): readonly Patch[] {
  const dir = temporaryDir(t);
  const subject = (name: string): string => `From 0\nSubject: [PATCH] xsk: do what ${name} says, at\n length\n\nWhy.\n`;
  writeFiles(dir, Object.fromEntries(names.map((name) => [`${name}.patch`, subject(name)])));
  return names.map((name) => ({ file: `${name}.patch`, path: `${dir}/${name}.patch` }));
}

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `core/${1001 + at}`);
const good: Verdict = { kind: 'good' };
const bad: Verdict = { kind: 'bad', by: 'guest: packets arrive', run: 1 };
const skipped: Verdict = { kind: 'skipped', reason: 'the kernel did not build' };

async function runOn(history: History, verdictAt: (position: number) => Verdict) {
  const events: BisectEvent[] = [];
  const judged = ({ position }: { position: number }) => Promise.resolve(verdictAt(position));
  const found = await bisect({ history, judge: judged, onEvent: (event) => events.push(event) });
  const trials = events.flatMap((event) => (event.kind === 'end' ? [event.trial] : []));
  return { found, events, trials };
}

test('every patch of a series is found, in no more steps than halving takes', async (t) => {
  for (const length of [1, 2, 3, 8, 21]) {
    const history = seriesHistory(withPatches(t, numbered(length)), 'base', 'tip');
    for (let broken = 1; broken <= length; broken += 1) {
      const { found, trials } = await runOn(history, (position) => (position < broken ? good : bad));

      t.deepEqual(
        found.map(({ position }) => position),
        [broken],
      );
      t.true(trials.length <= 2 + Math.ceil(Math.log2(length)), `${trials.length} for ${length}`);
    }
  }
});

test('GOOD and BAD are tried first, and what is left is said before each step', async (t) => {
  const history = seriesHistory(withPatches(t, numbered(8)), 'base', 'tip');

  const { events, trials } = await runOn(history, (position) => (position < 3 ? good : bad));

  t.deepEqual(
    trials.map(({ candidate }) => candidate.position),
    [0, 8, 4, 2, 3],
  );
  t.deepEqual(
    events.flatMap((event) => (event.kind === 'left' ? [[event.suspects, event.steps]] : [])),
    [
      [8, 3],
      [4, 2],
      [2, 1],
    ],
  );
});

test('a candidate that cannot be tested is left out, and the next best is tried', async (t) => {
  const history = seriesHistory(withPatches(t, numbered(9)), 'base', 'tip');

  const { found } = await runOn(history, (position) =>
    [4, 5].includes(position) ? skipped : position < 8 ? good : bad,
  );

  t.deepEqual(
    found.map(({ position }) => position),
    [8],
  );
});

test('patches that could not be tested before the first bad one are all named', async (t) => {
  const history = seriesHistory(withPatches(t, numbered(9)), 'base', 'tip');

  const { found } = await runOn(history, (position) =>
    [4, 5].includes(position) ? skipped : position < 6 ? good : bad,
  );

  t.deepEqual(
    found.map(({ position }) => position),
    [4, 5, 6],
  );
  t.regex(
    conclusion(history, found),
    /^the first bad patch is one of these; all but the last could not be tested:\n {2}core\/1004: xsk: do .*\n.*\n {2}core\/1006: /,
  );
});

for (const { title, verdicts, says } of [
  { title: 'a GOOD that fails', verdicts: [bad, bad], says: /^GOOD, base, fails already: guest: packets arrive$/ },
  { title: 'a BAD that passes', verdicts: [good, good], says: /^BAD, core\/1002, passes, so there is nothing/ },
  {
    title: 'a GOOD that does not build',
    verdicts: [skipped, bad],
    says: /^GOOD, base, cannot be tested: the kernel did not build$/,
  },
]) {
  test(`${title} is refused in a sentence, before anything else is tried`, async (t) => {
    const history = seriesHistory(withPatches(t, numbered(2)), 'base', 'tip');

    const run = runOn(history, (position) => verdicts[position === 0 ? 0 : 1] as Verdict);

    const error = await t.throwsAsync(run, { instanceOf: FlashError, message: says });
    t.is(error?.kind, 'usage');
  });
}

const names = ['../drivers-patches/ixgbe/0001-ixgbe-forget', 'core/0001-xsk-take', 'core/0012-xsk-share'];

for (const { given, position } of [
  { given: 'base', position: 0 },
  { given: 'tip', position: 3 },
  { given: '2', position: 2 },
  { given: 'core/0012', position: 3 },
  { given: '0012', position: 3 },
  { given: 'core/0012-xsk-share.patch', position: 3 },
  { given: 'kernel/core/0001-xsk-take.patch', position: 2 },
  { given: './core/0001', position: 2 },
  { given: 'ixgbe/0001', position: 1 },
  { given: 'drivers-patches/ixgbe/0001-ixgbe-forget.patch', position: 1 },
  { given: '../drivers-patches/ixgbe/0001', position: 1 },
]) {
  test(`a patch of the series can be named ${given}`, (t) => {
    const patches = withPatches(
      t,
      names.map((name) => name.replace('../', 'up/')),
    ).map(({ path }, at) => ({
      file: `${names[at]}.patch`,
      path,
    }));

    t.is(findCandidate(seriesCandidates(patches), given).position, position);
  });
}

for (const { given, says } of [
  { given: '4', says: /there is no patch 4: the series has 3/ },
  { given: '0001', says: /"0001" may be any of a\/0001-x, b\/0001-y/ },
  { given: 'core/0099', says: /the series has no patch "core\/0099"/ },
  { given: '', says: /the series has no patch ""/ },
]) {
  test(`"${given}" names no patch, and that is said`, (t) => {
    const candidates = seriesCandidates(withPatches(t, ['a/0001-x', 'b/0001-y', 'b/0002-z']));

    t.throws(() => findCandidate(candidates, given), { instanceOf: FlashError, message: says });
  });
}

test('GOOD after BAD is refused with the one that is earlier', (t) => {
  const patches = withPatches(t, numbered(3));

  t.throws(() => seriesHistory(patches, 'tip', '1'), {
    message: 'GOOD, core/1003, and BAD, core/1001, are in the wrong order: core/1001 comes first',
  });
  t.throws(() => seriesHistory(patches, '2', 'core/1002'), { message: /are the same patch$/ });
});

const candidate = { id: '1', name: 'core/1001', subject: 'xsk: do', position: 1 };
const passed: SuiteResult = { tests: [{ title: 'packets arrive', outcome: 'passed' }] };
const failed: SuiteResult = { tests: [{ title: 'packets arrive', outcome: 'failed' }] };

function judgeRuns(results: readonly (SuiteResult | FlashError)[], build = () => Promise.resolve('image')) {
  let ran = 0;
  const run = () => {
    const result = results[ran++] as SuiteResult | FlashError;
    return result instanceof FlashError ? Promise.reject(result) : Promise.resolve(result);
  };
  return { verdict: judge(candidate, { build, test: run }, { name: 'guest', runs: results.length }), ran: () => ran };
}

test('a candidate that passes every run is good', async (t) => {
  const { verdict, ran } = judgeRuns([passed, passed, passed]);

  t.deepEqual(await verdict, { kind: 'good' });
  t.is(ran(), 3);
});

test('one failure is bad, and no further run is needed', async (t) => {
  const { verdict, ran } = judgeRuns([passed, failed, passed]);

  t.deepEqual(await verdict, { kind: 'bad', by: 'guest: packets arrive', run: 2 });
  t.is(ran(), 2);
});

test('a kernel that dies or warns is bad', async (t) => {
  const splat = new FlashError('kernelSplat', 'the kernel printed a warning');

  t.deepEqual(await judgeRuns([splat]).verdict, {
    kind: 'bad',
    by: 'guest: flash: the kernel printed a warning',
    run: 1,
  });
});

for (const kind of ['seriesDoesNotApply', 'buildFailed', 'configNotApplied'] as const) {
  test(`a candidate is left out whose build ends with ${kind}`, async (t) => {
    const { verdict } = judgeRuns([passed], () => Promise.reject(new FlashError(kind, 'it is broken')));

    t.deepEqual(await verdict, { kind: 'skipped', reason: 'it is broken' });
  });
}

test('what is wrong with this machine is no verdict', async (t) => {
  const full = new FlashError('noDiskSpace', 'the disk is full');

  await t.throwsAsync(judgeRuns([passed], () => Promise.reject(full)).verdict, { is: full });
  await t.throwsAsync(judgeRuns([new FlashError('missingTool', 'no QEMU')]).verdict, { message: 'no QEMU' });
});

for (const { title, result, says } of [
  { title: 'none has the title', result: { tests: [] }, says: 'guest ran no test' },
  {
    title: 'AVA found none with the title',
    result: { tests: [{ title: 'the test run itself', outcome: 'error', detail: `${noTests}\n1..0` }] },
    says: `guest ran no test: ${noTests}`,
  },
  {
    title: 'all were skipped',
    result: { tests: [{ title: 'a', outcome: 'skipped', detail: 'no KVM' }] },
    says: 'guest ran no test: no KVM',
  },
] satisfies readonly { title: string; result: SuiteResult; says: string }[]) {
  test(`a run without a test is no verdict: ${title}`, async (t) => {
    await t.throwsAsync(judgeRuns([result]).verdict, { instanceOf: FlashError, message: says });
  });
}

test('the table and the JSON have each candidate in the order of the series, and the JSON what was found', async (t) => {
  const history = seriesHistory(withPatches(t, numbered(4)), 'base', 'tip');
  const { found, trials } = await runOn(history, (position) => (position < 3 ? good : bad));

  const table = trialTable(history, trials);
  const json = JSON.parse(bisectionJson({ history, test: 'guest', runs: 2 }, trials, found)) as Record<string, unknown>;

  t.deepEqual(
    table.match(/(?:base|core\/\d+) +│ \w+/g)?.map((row) => row.replace(/ +│ /, ' ')),
    ['base good', 'core/1002 good', 'core/1003 bad', 'core/1004 bad'],
  );
  t.like(json, { unit: 'patch', good: 'base', bad: 'core/1004', test: 'guest', runs: 2 });
  t.deepEqual(json['firstBad'], { name: 'core/1003', subject: 'xsk: do what core/1003 says, at length', position: 3 });
  t.is((json['trials'] as unknown[]).length, 4);
  t.is(conclusion(history, found), 'the first bad patch is core/1003: xsk: do what core/1003 says, at length');
});
