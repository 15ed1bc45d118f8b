import test from 'ava';
import { join } from 'node:path';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';
import { onlyMatching, type SuiteResult } from '../../suite.js';
import { noTests, readTap } from '../../tap.js';

const result: SuiteResult = {
  tests: [
    { title: 'xsk_queue.moves (all)', outcome: 'passed' },
    { title: 'xsk_queue.stalls', outcome: 'failed' },
    { title: 'other', outcome: 'passed' },
    { title: 'the report is whole', outcome: 'error' },
  ],
};

for (const { match, titles } of [
  { match: 'xsk_queue.*', titles: ['xsk_queue.moves (all)', 'xsk_queue.stalls', 'the report is whole'] },
  { match: 'XSK_queue.moves (ALL)', titles: ['xsk_queue.moves (all)', 'the report is whole'] },
  { match: 'xsk', titles: ['the report is whole'] },
  { match: '*stalls', titles: ['xsk_queue.stalls', 'the report is whole'] },
  { match: undefined, titles: result.tests.map(({ title }) => title) },
]) {
  test(`tests are chosen by title, and what is wrong with the run stays: ${match}`, (t) => {
    t.deepEqual(
      onlyMatching(result, match).tests.map(({ title }) => title),
      titles,
    );
  });
}

test('that no test has a title is said, and is an error', async (t) => {
  const { tests } = await readTap('TAP version 13\n\n1..0\n# tests 0\n', 1);

  t.is(tests.length, 1);
  t.is(tests[0]?.outcome, 'error');
  t.true(tests[0]?.detail?.startsWith(noTests));
});

for (const { words } of [{ words: [] }, { words: ['native'] }, { words: ['chaos'] }]) {
  test(`--match is refused where there is nothing to choose from: npm test -- ${words.join(' ')}`, async (t) => {
    const { exitCode, stderr } = await attempt(
      process.execPath,
      [join(repositoryRoot, 'dist', 'harness', 'cli.js'), 'test', ...words, '--match', 'x'],
      { env: { FLASH_ACCEL: 'tcg' } },
    );

    t.is(exitCode, 2, stderr);
  });
}
