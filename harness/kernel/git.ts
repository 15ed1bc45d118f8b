import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FlashError } from '../errors.js';
import { attempt, run, type RunOptions, type RunResult } from '../process/run.js';

/**
 * Git as the harness needs it: the user's configuration has no say, and the committer is always the
 * same, so that the same series on the same base has the same commit ids everywhere. The repository
 * and its work tree are named, so that git never takes one further up, which would be the user's.
 */
const environment = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_COMMITTER_NAME: 'FLASH',
  GIT_COMMITTER_EMAIL: 'flash@localhost',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
} as const;

export async function git(dir: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return (await gitOutput(dir, args, options)).trimEnd();
}

/** What git printed to the byte: the last line of a patch may be a blank. */
export function gitOutput(dir: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return run('git', inTree(dir, args), withEnvironment(options));
}

export function attemptGit(dir: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return attempt('git', inTree(dir, args), withEnvironment(options));
}

/** The commit a name stands for, or undefined. */
export async function findCommit(dir: string, name: string): Promise<string | undefined> {
  const result = await attemptGit(dir, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

/** Copies what is committed in the repository at `from` to `to`, which must not exist yet. */
export async function cloneRepository(from: string, to: string): Promise<void> {
  // A clone has no work tree before: naming one, as elsewhere, would be refused.
  await run('git', ['clone', '--quiet', '--no-hardlinks', resolve(from), resolve(to)], withEnvironment({}));
}

/** Makes a repository at `to` that has the commits of the one at `from`, which it needs and never writes to. */
export async function borrowRepository(from: string, to: string): Promise<void> {
  await run('git', ['clone', '--quiet', '--shared', '--no-checkout', resolve(from), resolve(to)], withEnvironment({}));
}

/** Makes a git repository of a directory and commits all of it, ignored files too. */
export async function commitDirectory(dir: string, subject: string): Promise<string> {
  if (existsSync(join(dir, '.git'))) {
    throw new FlashError('badSource', `${dir} is to become a git repository, and has one already`, {
      advice: 'take the .git in it away',
    });
  }
  await git(dir, ['init', '--quiet', '--initial-branch=base']);
  // One big import: neither background packing nor compression pays.
  await git(dir, ['config', 'gc.auto', '0']);
  await git(dir, ['config', 'core.looseCompression', '0']);
  await git(dir, ['add', '--all', '--force']);
  await git(dir, ['commit', '--quiet', '--no-verify', '--allow-empty', '-m', subject], {
    env: {
      GIT_AUTHOR_NAME: 'FLASH',
      GIT_AUTHOR_EMAIL: 'flash@localhost',
      GIT_AUTHOR_DATE: '1970-01-01T00:00:00Z',
      GIT_COMMITTER_DATE: '1970-01-01T00:00:00Z',
    },
  });
  await git(dir, ['checkout', '--quiet', '--detach']);
  return git(dir, ['rev-parse', 'HEAD']);
}

function inTree(dir: string, args: readonly string[]): readonly string[] {
  const tree = resolve(dir);
  return ['-C', tree, `--git-dir=${join(tree, '.git')}`, `--work-tree=${tree}`, ...args];
}

function withEnvironment(options: RunOptions): RunOptions {
  return { ...options, env: { ...environment, ...options.env } };
}
