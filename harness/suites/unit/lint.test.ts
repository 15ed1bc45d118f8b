import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../host/repository.js';
import { attempt } from '../../process/run.js';

const lint = join(repositoryRoot, 'ci', 'lint');

test('TypeScript and shell scripts are as `npm run lint` wants them', async (t) => {
  const { exitCode, stdout, stderr } = await attempt(lint, []);

  t.is(exitCode, 0, `${stdout}${stderr}`);
  t.regex(stdout + stderr, /Checked \d{3,} files/);
});

test('what lint does not know is refused', async (t) => {
  const { exitCode, stderr } = await attempt(lint, ['--mend']);

  t.is(exitCode, 2);
  t.is(stderr, 'flash: ci/lint takes --fix or nothing\n');
});
