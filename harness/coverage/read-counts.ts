import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LineCounts } from '../suites/tests-program.js';

const gcovDir = '/sys/kernel/debug/gcov';

/** What the kernel has counted since it booted; nothing if it does not count. Guests have debugfs where it usually is. */
export function readCounts(): LineCounts {
  if (!existsSync(gcovDir)) return [];
  return readdirSync(gcovDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.gcda'))
    .map((name) => ({ path: `/${name}`, bytes: readFileSync(join(gcovDir, name)).toString('base64') }));
}
