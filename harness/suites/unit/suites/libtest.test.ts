import test from 'ava';
import { watchLibtest } from '../../libtest.js';

const output = `
running 3 tests
test frames::tests::a_frame_is_had_once ... ok
test waits_for_packets ... FAILED
test needs_a_device ... ignored, needs root

failures:

---- waits_for_packets stdout ----

thread 'waits_for_packets' panicked at tests/waiting.rs:3:5:
0 came

failures:
    waits_for_packets

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s


running 1 test
test src/lib.rs - promises (line 18) - compile fail ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
`;

function readAll(text: string, exitCode: number) {
  const counts: number[] = [];
  const { onLine, read } = watchLibtest((done) => counts.push(done));
  for (const line of text.split('\n')) onLine(line);
  return { ...read(text, 'error: cannot find it', exitCode), counts };
}

test('tests of several programs are read, with what a failed one said and why one was left out', (t) => {
  const { tests, counts } = readAll(output, 101);

  t.deepEqual(
    tests.map(({ title, outcome, detail }) => ({ title, outcome, detail })),
    [
      { title: 'frames::tests::a frame is had once', outcome: 'passed', detail: undefined },
      {
        title: 'waits for packets',
        outcome: 'failed',
        detail: "thread 'waits_for_packets' panicked at tests/waiting.rs:3:5:\n0 came",
      },
      { title: 'needs a device', outcome: 'skipped', detail: 'needs root' },
      { title: 'src/lib.rs - promises (line 18) - compile fail', outcome: 'passed', detail: undefined },
    ],
  );
  t.deepEqual(counts, [1, 2, 3, 4]);
});

const passed = 'running 1 test\ntest it_works ... ok\n';

for (const { what, text, exitCode, why } of [
  { what: 'did not run all', text: `${passed}running 2 tests\n`, exitCode: 101, why: '3 tests were planned and 1 ran' },
  { what: 'failed without a test that did', text: passed, exitCode: 101, why: 'cargo exited with 101' },
  { what: 'had no tests', text: '', exitCode: 0, why: 'there were no tests' },
]) {
  test(`a run that ${what} is an error`, (t) => {
    const last = readAll(text, exitCode).tests.at(-1);

    t.deepEqual(last, { title: 'the tests in Rust run', outcome: 'error', detail: `${why}\nerror: cannot find it` });
  });
}

test('a run in which all went well is none', (t) => {
  t.deepEqual(
    readAll(passed, 0).tests.map(({ title, outcome }) => [title, outcome]),
    [['it works', 'passed']],
  );
});
