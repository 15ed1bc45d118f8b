import test, { type ExecutionContext } from 'ava';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FlashError } from '../../../errors.js';
import { repositoryRoot } from '../../../host/repository.js';
import { attemptGit, cloneRepository, commitDirectory, git } from '../../../kernel/git.js';
import { attempt } from '../../../process/run.js';
import { author, commitFiles, temporaryDir, writeFiles } from '../support/tiny-repository.js';

interface UserRepository {
  readonly dir: string;
  readonly main: string;
  readonly linked: string;
}

/** A repository that is none of ours, with a linked work tree that has something to commit. */
async function userRepository(t: ExecutionContext): Promise<UserRepository> {
  const dir = temporaryDir(t);
  const [main, linked] = [join(dir, 'main'), join(dir, 'linked')];
  writeFiles(main, { 'a.txt': 'one\n' });
  await commitDirectory(main, "A user's commit");
  await git(main, ['worktree', 'add', '--quiet', '-b', 'side', linked]);
  await commitFiles(linked, "A user's second commit", { 'b.txt': 'two\n' });
  writeFiles(linked, { 'b.txt': 'three\n' });
  await git(linked, ['add', '--all']);
  return { dir, main, linked };
}

/** Everything that work in another repository must leave alone. */
async function stateOf({ main, linked }: UserRepository) {
  return {
    log: await git(main, ['log', '--all', '--format=%H %s']),
    refs: await git(main, ['for-each-ref']),
    trees: await git(main, ['worktree', 'list']),
    config: readFileSync(join(main, '.git', 'config'), 'utf8'),
    heads: [await git(main, ['rev-parse', 'HEAD']), await git(linked, ['rev-parse', '--symbolic-full-name', 'HEAD'])],
    indexes: [await git(main, ['ls-files', '--stage']), await git(linked, ['ls-files', '--stage'])],
    files: [await git(main, ['status', '--porcelain']), await git(linked, ['status', '--porcelain'])],
  };
}

test("what runs in a hook of a linked work tree leaves the user's repository as it was", async (t) => {
  const user = await userRepository(t);
  const compiled = (name: string): string =>
    JSON.stringify(pathToFileURL(join(repositoryRoot, 'dist', 'harness', name)).href);
  const hook = join(user.main, '.git', 'hooks', 'pre-commit');
  writeFiles(user.dir, {
    'ours/tree/c.txt': 'ours\n',
    'work.mjs': `
      import { writeFileSync } from 'node:fs';
      import { commitDirectory, git } from ${compiled('kernel/git.js')};
      import { checkoutSeries } from ${compiled('kernel/series/work-tree.js')};
      const [dir, repository] = ['${user.dir}/ours', '${user.dir}/ours/tree'];
      const baseCommit = await commitDirectory(repository, 'Linux 0.0.1');
      const tree = await checkoutSeries({ dir, repository, baseCommit }, [], false);
      const log = await git(tree, ['log', '--format=%s']);
      writeFileSync('${user.dir}/hook.json', JSON.stringify({ environment: process.env, log }));
    `,
  });
  // The commit is refused in the end, so that nothing at all may have changed.
  writeFileSync(hook, `#!/bin/sh\n'${process.execPath}' '${user.dir}/work.mjs'\nexit 1\n`, { mode: 0o755 });
  const before = await stateOf(user);

  const commit = await attemptGit(user.linked, ['commit', '-m', "A user's third commit"], { env: author });

  t.is(commit.exitCode, 1);
  t.true(existsSync(join(user.dir, 'hook.json')), commit.stderr);
  const { environment, log } = JSON.parse(readFileSync(join(user.dir, 'hook.json'), 'utf8'));
  t.is(environment.GIT_DIR, join(user.main, '.git', 'worktrees', 'linked'), 'git told the hook about its repository');
  t.truthy(environment.GIT_INDEX_FILE);
  t.is(log, 'Linux 0.0.1');
  t.deepEqual(await stateOf(user), before);
});

test("a directory below a user's repository is not taken for that repository", async (t) => {
  const user = await userRepository(t);
  const below = join(user.main, 'below');
  mkdirSync(below);
  const before = await stateOf(user);

  const making = git(below, ['update-ref', 'refs/heads/strange', before.heads[0] as string]);
  const error = await t.throwsAsync(making, { instanceOf: FlashError });

  t.regex(error?.details.logTail ?? '', /not a git repository: '.*\/below\/\.git'/);
  t.deepEqual(await stateOf(user), before);
});

test('a directory that is a repository already is not made one', async (t) => {
  const user = await userRepository(t);
  const before = await stateOf(user);

  const error = await t.throwsAsync(commitDirectory(user.main, 'Linux 0.0.1'), { instanceOf: FlashError });

  t.regex(error?.message ?? '', /and has one already/);
  t.deepEqual(await stateOf(user), before);
});

test('a repository of ours can be moved', async (t) => {
  const dir = temporaryDir(t);
  writeFiles(dir, { 'tree/a.txt': 'one\n' });

  await commitDirectory(join(dir, 'tree'), 'Linux 0.0.1');

  t.notRegex(readFileSync(join(dir, 'tree', '.git', 'config'), 'utf8'), /worktree/);
});

test('npm, pip and whatever else a script calls first inherit no variable of git', async (t) => {
  const checkout = temporaryDir(t);
  const said = join(checkout, 'said');
  const bundled = 'dist/.bundling/shared dist/.bundling/programs';
  const bundle = `mkdir -p node_modules ${bundled}; for each in dist/.bundling ${bundled}; do : >$each/x.js; done`;
  const program = `#!/bin/sh\n${bundle}\n{ echo "ran \${0##*/}"; env; } >> ${said}\n`;
  writeFiles(checkout, { 'package-lock.json': '{}', 'tsconfig.json': '{}', 'harness/cli.ts': '', 'nf/README.md': '' });
  writeFiles(join(checkout, 'bin'), { npm: program, node: program });
  writeFiles(join(checkout, 'node_modules', '.bin'), { esbuild: program });
  for (const name of ['npm', 'node']) chmodSync(join(checkout, 'bin', name), 0o755);
  cpSync(join(repositoryRoot, 'ci'), join(checkout, 'ci'), { recursive: true });

  const { exitCode, stderr } = await attempt(join(checkout, 'ci', 'flash'), ['doctor'], {
    env: {
      PATH: `${join(checkout, 'bin')}:${process.env['PATH'] ?? ''}`,
      GIT_DIR: '/elsewhere/.git',
      GIT_INDEX_FILE: '/elsewhere/index',
    },
  });

  t.is(exitCode, 0, stderr);
  const lines = readFileSync(said, 'utf8').split('\n');
  const ran = lines.filter((line) => line.startsWith('ran '));
  t.deepEqual(ran, ['ran npm', 'ran node', 'ran esbuild', 'ran node'], 'packages, compiler, bundles, harness');
  t.deepEqual(
    lines.filter((line) => line.startsWith('GIT_')),
    [],
  );
});

test.serial('programs inherit no variable of git', async (t) => {
  Object.assign(process.env, { GIT_DIR: '/elsewhere/.git', GIT_INDEX_FILE: '/elsewhere/index' });
  t.teardown(() => ['GIT_DIR', 'GIT_INDEX_FILE'].forEach((name) => delete process.env[name]));

  const { stdout } = await attempt('env', []);

  t.deepEqual(
    stdout.split('\n').filter((line) => line.startsWith('GIT_')),
    [],
  );
  t.regex(stdout, /^PATH=/m);
});

test('a clone has what is committed, also of a linked work tree, and leaves the original alone', async (t) => {
  const user = await userRepository(t);
  const before = await stateOf(user);
  const copy = join(user.dir, 'copy');
  await cloneRepository(user.linked, copy);
  t.is(await git(copy, ['log', '-1', '--format=%s']), "A user's second commit");
  t.is(readFileSync(join(copy, 'b.txt'), 'utf8'), 'two\n');
  t.deepEqual(await stateOf(user), before);
});
