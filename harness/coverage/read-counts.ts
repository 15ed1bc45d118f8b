import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run.js';
import type { LineCounts } from '../suites/tests-program.js';

const debugDir = '/sys/kernel/debug';
const gcovDir = join(debugDir, 'gcov');

/** What the kernel has counted since it booted; nothing if it does not count. */
export async function readCounts(): Promise<LineCounts> {
  if (!existsSync(gcovDir)) {
    if (!existsSync(debugDir) || readdirSync(debugDir).length > 0) return [];
    await run('mount', ['-t', 'debugfs', 'debugfs', debugDir]);
    if (!existsSync(gcovDir)) return [];
  }
  return readdirSync(gcovDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.gcda'))
    .map((name) => ({ path: `/${name}`, bytes: readFileSync(join(gcovDir, name)).toString('base64') }));
}
