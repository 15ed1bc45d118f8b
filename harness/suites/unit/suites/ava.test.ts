import test from 'ava';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';
import { readAva, testHung } from '../../ava.js';
import { failuresOf } from '../../suite.js';
import { temporaryDir, writeFiles } from '../support/tiny-repository.js';

test('a run that a hanging test ended says that a test hung, and keeps what came before', async (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, {
    'package.json': '{ "type": "module" }',
    'a.test.js': `import test from 'ava';
test.serial('it ends', (t) => t.pass());
test.serial('it hangs', () => new Promise((resolve) => setTimeout(resolve, 60_000)));
`,
  });
  symlinkSync(join(repositoryRoot, 'node_modules'), join(dir, 'node_modules'));

  const ava = join(dir, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
  const result = await readAva(
    await attempt(process.execPath, [ava, '--tap', '--serial', '--timeout=10s', 'a.test.js'], {
      cwd: dir,
      timeoutMs: 50_000,
    }),
  );

  t.is(result.tests.filter(({ outcome }) => outcome === 'passed').length, 1);
  t.deepEqual(
    failuresOf(result).map(({ detail }) => detail?.split('\n')[0]),
    [`it bailed out: ${testHung}`],
  );
});

test('a run that could not start is a failure with what it said', async (t) => {
  const [failure] = failuresOf(await readAva({ stdout: '', stderr: 'there are no tests', exitCode: 1 }));

  t.regex(failure?.detail ?? '', /there are no tests/);
});
