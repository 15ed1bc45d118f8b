import test from 'ava';
import { join } from 'node:path';
import { formatJunit } from '../../reports/junit.js';
import { formatKtap } from '../../reports/ktap.js';
import { parseReport, readReport } from '../../reports/read-report.js';
import type { SuiteRun } from '../../run-suites.js';
import { addResults, failuresOf, type TestResult } from '../../suite.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

const runs: readonly SuiteRun[] = [
  {
    name: 'guest',
    started: new Date('2026-01-02T03:04:05Z'),
    seconds: 2.5,
    tests: [
      { title: 'a < b & "c"', outcome: 'passed', seconds: 0.25 },
      { title: 'frames come back', outcome: 'failed', seconds: 2, detail: 'expected ]]> 5\n  and got 4' },
      { title: 'it is fast', outcome: 'skipped', seconds: 0.001, detail: 'no KVM here' },
      { title: 'no detail', outcome: 'failed', seconds: 1 },
    ],
  },
  {
    name: 'nic',
    started: new Date('2026-01-02T03:04:05Z'),
    seconds: 1,
    tests: [{ title: 'the suite nic runs', outcome: 'error', detail: 'flash: no QEMU\n  install it', seconds: 0.5 }],
  },
];

const ours = runs.map(({ name, tests }) => ({ name, tests }));

for (const { format, write } of [
  { format: 'JUnit', write: formatJunit },
  { format: 'KTAP', write: formatKtap },
]) {
  test(`${format} that was written here is read back as what it was`, (t) => {
    t.deepEqual(parseReport(write(runs), 'report'), ours);
  });

  test(`${format} that is cut anywhere is never taken for a whole one`, (t) => {
    const passed = runs.map((run) => ({ ...run, tests: run.tests.filter(({ outcome }) => outcome === 'passed') }));
    const text = write(passed.slice(0, 1)).trimEnd();
    t.is(failuresOf(addResults(parseReport(text, 'report'))).length, 0);

    for (let length = 0; length < text.length; length += 1) {
      const read = addResults(parseReport(text.slice(0, length), 'report'));

      // The last line of KTAP ends with the name of the suite: what is cut of it changes no result.
      const isWhole = format === 'KTAP' && /^(?:ok|not ok) 1\b/m.test(text.slice(0, length));
      t.true(isWhole || failuresOf(read).length > 0, text.slice(0, length));
    }
  });
}

test('KTAP is found on a console, whatever it says in between and however it ends its lines', (t) => {
  const onConsole = formatKtap(runs)
    .split('\n')
    .flatMap((line, index) => [`[    ${index}.000000] clocksource: tsc`, '\u001b[0mroot@dut:~# cat report.ktap', line])
    .join('\r\n');

  t.deepEqual(parseReport(`boot\r\n${onConsole}\r\npower off\r\n`, 'console'), ours);
});

test('KTAP is found in the log of a farm, whose lines have a time and colours', (t) => {
  const log = formatKtap(runs)
    .trimEnd()
    .replaceAll(/^.*$/gm, (line) => `\u001b[1;30m2026-01-02T03:04:05\u001b[0m \u001b[0;32m${line}\u001b[0m`);

  t.deepEqual(parseReport(`${log}\n`, 'job.log'), ours);
});

test('KTAP of the kernel is read with its stamps, and rows of a table are named after it', (t) => {
  const kunit = `KTAP version 1
1..1
    KTAP version 1
    # Subtest: xsk_queue
    1..2
        KTAP version 1
        # Subtest: producers
        ok 1 two
        # xsk_queue_test.c:7: Expected 2 == 3
        not ok 2 four
    # producers: pass:1 fail:1 skip:0 total:2
    not ok 1 producers
    ok 2 slow # SKIP too slow here
not ok 1 xsk_queue`.replaceAll(/^/gm, '[    1.000000] ');

  t.deepEqual(parseReport(kunit, 'dmesg'), [
    {
      name: 'xsk_queue',
      tests: [
        { title: 'producers.two', outcome: 'passed' },
        { title: 'producers.four', outcome: 'failed', detail: 'xsk_queue_test.c:7: Expected 2 == 3' },
        { title: 'slow', outcome: 'skipped', detail: 'too slow here' },
      ],
    },
  ]);
});

test('TAP without lists in it is a suite with the name of the file', (t) => {
  const tap = 'TAP version 13\n1..2\nok 1 - frames come back\nnot ok 2 - it is fast # TODO later\n';

  t.deepEqual(parseReport(tap, 'selftest.tap'), [
    {
      name: 'selftest.tap',
      tests: [
        { title: 'frames come back', outcome: 'passed' },
        { title: 'it is fast', outcome: 'skipped' },
      ],
    },
  ]);
});

test('a list that failed although none of its tests did is a failure', (t) => {
  const ktap = 'KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: guest\n  1..1\n  ok 1 a\n# died\nnot ok 1 guest\n';

  t.deepEqual(failuresOf(addResults(parseReport(ktap, 'x'))), [{ title: 'guest', outcome: 'failed', detail: 'died' }]);
});

test('JUnit of others is read: a single suite, suites within suites, no times, results as attributes or CDATA', (t) => {
  const junit = `<?xml version="1.0"?>
<testsuite name="lava" tests="4">
  <testsuite name="0_flash" tests="3">
    <testcase name="a" classname="x"/>
    <testcase name="b"><failure message="expected 5"/></testcase>
    <testcase name="c"><failure type="t"><![CDATA[expected <6>]]></failure><system-out>log</system-out></testcase>
  </testsuite>
  <testcase name="job" time="1.5"><skipped/></testcase>
</testsuite>`;

  t.deepEqual(parseReport(junit, 'junit.xml'), [
    { name: 'lava', tests: [{ title: 'job', seconds: 1.5, outcome: 'skipped' }] },
    {
      name: '0_flash',
      tests: [
        { title: 'a', outcome: 'passed' },
        { title: 'b', outcome: 'failed', detail: 'expected 5' },
        { title: 'c', outcome: 'failed', detail: 'expected <6>' },
      ],
    },
  ]);
});

const entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';

for (const { title, text, says } of [
  { title: 'nothing', text: ' \n', says: /^it is empty/ },
  { title: 'a log without results', text: 'login:\n# uname\n', says: /^it is neither JUnit XML nor has it KTAP/ },
  { title: 'half an element', text: '<testsuites><testsuite name="x">', says: /is no XML/ },
  { title: 'XML of something else', text: '<html><body>Not found</body></html>', says: /neither/ },
  {
    title: 'XML of something else with a declaration',
    text: '<?xml version="1.0"?><html/>',
    says: /neither testsuites/,
  },
  { title: 'suites without a test', text: '<testsuites><testsuite name="x"/></testsuites>', says: /^it has no test/ },
  {
    title: 'fewer tests than it says',
    text: '<testsuite tests="2"><testcase name="a"/></testsuite>',
    says: /2 tests and has 1/,
  },
  {
    title: 'entities of its own',
    text: `${entities}<testsuite name="&b;"><testcase name="a"/></testsuite>`,
    says: /document type/,
  },
  {
    title: 'a plan that is not kept',
    text: 'KTAP version 1\n1..3\nok 1 a\n',
    says: /^3 results were planned and 1 came/,
  },
  { title: 'no plan', text: 'KTAP version 1\nok 1 a\n', says: /has no plan/ },
]) {
  test(`a report with ${title} is an error`, (t) => {
    const problems: TestResult[] = failuresOf(addResults(parseReport(text, 'report')));

    t.is(problems.length, 1);
    t.is(problems[0]?.outcome, 'error');
    t.regex(problems[0]?.detail ?? '', says);
  });
}

test('a file that is not there is an error, and a folder is', (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'report.ktap': formatKtap(runs) });

  t.deepEqual(readReport(join(dir, 'report.ktap')), ours);
  for (const path of [join(dir, 'nothing'), dir]) {
    t.regex(readReport(path)[0]?.tests[0]?.detail ?? '', /cannot be read/);
  }
});
