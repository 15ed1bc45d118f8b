import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { XMLParser } from 'fast-xml-parser';
import { FlashError } from '../../../errors.js';
import { parseKtap } from '../../../machine/guest/ktap.js';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';
import { formatJunit } from '../../reports/junit.js';
import { formatKtap } from '../../reports/ktap.js';
import { runSuites, type SuiteRun } from '../../run-suites.js';
import type { Suite } from '../../suite.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

const started = new Date('2026-01-02T03:04:05Z');
const runs: readonly SuiteRun[] = [
  {
    name: 'unit',
    started,
    seconds: 2.5,
    tests: [
      { title: 'a < b & "c"', outcome: 'passed', seconds: 0.25 },
      {
        title: 'frame #5 comes back',
        outcome: 'failed',
        seconds: 2,
        detail: 'expected ]]> 5\n  and got \u001b[31m4\u0000',
      },
      { title: 'it is fast', outcome: 'skipped', seconds: 0.001, detail: 'no KVM here' },
    ],
  },
  {
    name: 'guest',
    started,
    seconds: 1,
    tests: [{ title: 'the suite guest runs', outcome: 'error', detail: 'flash: no QEMU\n  install it' }],
  },
  { name: 'hold', started, seconds: 0, tests: [{ title: 'the suite hold', outcome: 'skipped' }] },
];

/** Elements as objects, attributes as keys with an @, text as #; a list where there are several. */
interface Element {
  readonly [name: string]: string | Element | readonly Element[];
}

function readXml(xml: string): Element {
  const values = { parseTagValue: false, parseAttributeValue: false, trimValues: false };
  const names = {
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    textNodeName: '#',
    isArray: (name: string) => ['testsuite', 'testcase'].includes(name),
  };
  return new XMLParser({ ...values, ...names }).parse(xml, true) as Element;
}

test('JUnit has every suite with its counts and its time', (t) => {
  const { testsuites } = readXml(formatJunit(runs)) as { testsuites: Element };

  t.like(testsuites, { '@tests': '5', '@failures': '1', '@errors': '1', '@skipped': '2', '@time': '3.500' });
  const [unit, guest, hold] = testsuites['testsuite'] as readonly Element[];
  t.like(unit, {
    '@name': 'unit',
    '@tests': '3',
    '@failures': '1',
    '@errors': '0',
    '@skipped': '1',
    '@time': '2.500',
    '@timestamp': '2026-01-02T03:04:05.000Z',
  });
  t.like(guest, { '@name': 'guest', '@tests': '1', '@failures': '0', '@errors': '1', '@skipped': '0' });
  t.like(hold, { '@name': 'hold', '@tests': '1', '@skipped': '1' });
});

test('JUnit has every test with its time, the text of its failure and the reason of its skip, whatever characters they have', (t) => {
  const { testsuites } = readXml(formatJunit(runs)) as { testsuites: Element };

  const [unit, guest] = testsuites['testsuite'] as readonly Element[];
  const [passed, failed, skipped] = (unit as Element)['testcase'] as readonly Element[];
  t.like(passed, { '@name': 'a < b & "c"', '@classname': 'flash.unit', '@time': '0.250' });
  t.like(failed, {
    '@time': '2.000',
    failure: { '@message': 'expected ]]> 5', '#': 'expected ]]> 5\n  and got \ufffd[31m4\ufffd' },
  });
  t.like(skipped, { '@time': '0.001', skipped: { '@message': 'no KVM here' } });
  t.like(guest?.['testcase'], [{ error: { '@message': 'flash: no QEMU', '#': 'flash: no QEMU\n  install it' } }]);
});

test('KTAP is what the format says', (t) => {
  const [unit] = runs;
  const withoutTimes = unit?.tests.map(({ seconds: _seconds, ...rest }) => rest) ?? [];

  t.is(
    formatKtap([{ ...(unit as SuiteRun), tests: withoutTimes }, ...runs.slice(1)]),
    `KTAP version 1
1..3
  KTAP version 1
  # Subtest: unit
  1..3
  ok 1 a < b & "c"
  # expected ]]> 5
  #   and got \u001b[31m4\u0000
  not ok 2 frame 5 comes back
  ok 3 it is fast # SKIP no KVM here
not ok 1 unit
  KTAP version 1
  # Subtest: guest
  1..1
  # flash: no QEMU
  #   install it
  not ok 1 the suite guest runs # ERROR flash: no QEMU
not ok 2 guest
  KTAP version 1
  # Subtest: hold
  1..1
  ok 1 the suite hold # SKIP
ok 3 hold # SKIP
`,
  );
  t.regex(formatKtap(runs), /^ {2}# took 2\.000 s\n {2}not ok 2 /m);
});

test('a reader of KTAP finds every test and every plan kept', (t) => {
  // KUnit, whose reports this one reads, indents by four, and the kernel stamps each line.
  const onConsole = formatKtap(runs).replaceAll(/^ +/gm, '$&$&').replaceAll(/^/gm, '[    1.000000] ');

  const { tests, problems } = parseKtap(onConsole);

  t.deepEqual(problems, []);
  t.deepEqual(
    tests.map(({ title, outcome }) => [title, outcome]),
    [
      ['unit.a < b & "c"', 'passed'],
      ['unit.frame 5 comes back', 'failed'],
      ['unit.it is fast', 'skipped'],
      ['guest.the suite guest runs', 'failed'],
      ['hold.the suite hold', 'skipped'],
    ],
  );
});

const good: Suite = { name: 'good', run: () => Promise.resolve({ tests: [{ title: 'a', outcome: 'passed' }] }) };
const broken: Suite = { name: 'broken', run: () => Promise.reject(new FlashError('missingTool', 'there is no QEMU')) };

test('a suite that could not start is recorded as an error, and the others still run', async (t) => {
  let recorded: readonly SuiteRun[] = [];

  await runSuites([broken, good], { config: 'lean' }, (all) => (recorded = all));

  t.deepEqual(
    recorded.map(({ name, tests }) => [name, tests[0]?.outcome, tests[0]?.detail]),
    [
      ['broken', 'error', 'flash: there is no QEMU'],
      ['good', 'passed', undefined],
    ],
  );
});

test('an interrupted run writes both reports, with an error for each suite that did not end', async (t) => {
  const dir = temporaryDir(t);
  const from = (path: string): string => JSON.stringify(join(repositoryRoot, 'dist', 'harness', path));
  writeFiles(dir, {
    'run.mjs': `import { installInterruptHandler, throwIfInterrupted, interruptSignal } from ${from('process/interrupt.js')};
import { runSuites } from ${from('suites/run-suites.js')};
import { writeReports } from ${from('suites/reports/report-files.js')};
import { setTimeout as sleep } from 'node:timers/promises';
installInterruptHandler();
const good = { name: 'good', run: async () => ({ tests: [{ title: 'a', outcome: 'passed' }] }) };
const interrupted = { name: 'interrupted', async run() {
  setTimeout(() => process.kill(process.pid, 'SIGTERM'));
  await sleep(60_000, undefined, { signal: interruptSignal }).catch(throwIfInterrupted);
} };
const files = { junit: 'junit.xml', ktap: 'report.ktap' };
await runSuites([good, interrupted, { ...good, name: 'later' }], { config: 'lean' }, (runs) => writeReports(files, runs));
`,
  });

  const { exitCode } = await attempt(process.execPath, ['run.mjs'], { cwd: dir });

  t.not(exitCode, 0);
  const results = [...readFileSync(join(dir, 'report.ktap'), 'utf8').matchAll(/^(?:not )?ok .*$/gm)].map(
    ([line]) => line,
  );
  t.deepEqual(results, ['ok 1 good', 'not ok 2 interrupted', 'not ok 3 later']);
  const { testsuites } = readXml(readFileSync(join(dir, 'junit.xml'), 'utf8')) as { testsuites: Element };
  t.like(testsuites, { '@tests': '3', '@errors': '2' });
});

const flash = (...args: readonly string[]) =>
  attempt(process.execPath, [join(repositoryRoot, 'dist', 'harness', 'cli.js'), ...args], {
    env: { FLASH_ACCEL: 'tcg' },
  });

for (const { title, files, says } of [
  {
    title: 'in a folder that there is not',
    files: ['--junit', '/nowhere/junit.xml'],
    says: /\/nowhere\/junit\.xml cannot be written \(ENOENT\): create the directory \/nowhere first/,
  },
  {
    title: 'that is a folder',
    files: ['--ktap', '/tmp'],
    says: /\/tmp cannot be written \(EISDIR\): name a file that can be written/,
  },
]) {
  test(`a report ${title} is refused before anything runs`, async (t) => {
    const { exitCode, stdout, stderr } = await flash('test', 'hold', ...files);

    t.is(exitCode, 2);
    t.is(stdout, '');
    t.regex(stderr, says);
  });
}

test('two reports in one file are refused before anything runs', async (t) => {
  const file = join(temporaryDir(t), 'report');

  const { exitCode, stdout, stderr } = await flash('test', 'hold', '--junit', file, '--ktap', file);

  t.is(exitCode, 2);
  t.is(stdout, '');
  t.regex(stderr, /both reports would be written to .*report\n {2}name a file for each/);
});

test('npm test writes the reports it was told to, over those of an earlier run', async (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'junit.xml': 'old', 'report.ktap': 'old' });

  const { exitCode } = await flash(
    'test',
    'hold',
    '--junit',
    join(dir, 'junit.xml'),
    '--ktap',
    join(dir, 'report.ktap'),
  );

  t.is(exitCode, 0);
  t.regex(readFileSync(join(dir, 'report.ktap'), 'utf8'), /^KTAP version 1\n1\.\.1\n[\s\S]*^ok 1 hold # SKIP\n$/m);
  t.regex(readFileSync(join(dir, 'junit.xml'), 'utf8'), /<skipped message="the config lean has no points/);
});
