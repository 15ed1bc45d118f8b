import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A directory that is there until the test is over. */
export function temporaryDir(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'flash-test-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
