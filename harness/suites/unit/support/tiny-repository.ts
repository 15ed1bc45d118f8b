import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { commitDirectory, git } from '../../../kernel/git.js';
import type { PatchRepository } from '../../../kernel/series/work-tree.js';

export type Files = Readonly<Record<string, string>>;

/** A test, or who cleans up for several. */
export type Owner = Pick<ExecutionContext, 'teardown'>;

/** A directory that goes when the test is over. */
export function temporaryDir(t: Owner): string {
  const dir = mkdtempSync(join(tmpdir(), 'flash-unit-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function writeFiles(dir: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
}

/** Ten lines, so that a hunk has text around it. */
export function lines(...changed: readonly string[]): string {
  return `${['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', ...changed].join('\n')}\n`;
}

/** What the cache holds of a base, with a few files in the place of a kernel. */
export async function tinyRepository(t: Owner, files: Files): Promise<PatchRepository> {
  const dir = temporaryDir(t);
  const repository = join(dir, 'flash', 'tree');
  writeFiles(repository, files);
  return { dir, repository, baseCommit: await commitDirectory(repository, 'Linux 0.0.1') };
}

export async function commitFiles(tree: string, subject: string, files: Files): Promise<string> {
  writeFiles(tree, files);
  await git(tree, ['add', '--all']);
  await git(tree, ['commit', '--quiet', '-m', `${subject}\n\nWhy.`], { env: author });
  return git(tree, ['rev-parse', 'HEAD']);
}

export const author = {
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.org',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
};
