import { FlashError } from '../../errors.js';
import { findSplats, parseKernelLine } from '../../machine/guest/splat.js';
import type { SshConnection } from '../../machine/ssh/connection.js';
import type { SuiteResult } from '../../suites/suite.js';

/** Does some work on a machine; a warning that its kernel prints meanwhile is an error beside what the work gave. */
export async function watchKernel(connection: SshConnection, work: () => Promise<SuiteResult>): Promise<SuiteResult> {
  const since = await uptime(connection);
  const result = await work();
  const said = await connection.run('dmesg', { what: 'reading the kernel log' });
  const splats = splatsSince(said, since);
  if (splats.length === 0) return result;
  const detail = splats.map(({ lines }) => lines.join('\n')).join('\n\n');
  return { ...result, tests: [...result.tests, { title: 'the kernel prints no warning', outcome: 'error', detail }] };
}

export function splatsSince(log: string, since: number): ReturnType<typeof findSplats> {
  return findSplats(
    log
      .split('\n')
      .filter((line) => (parseKernelLine(line)?.seconds ?? 0) >= since)
      .join('\n'),
  );
}

async function uptime(connection: SshConnection): Promise<number> {
  const seconds = Number((await connection.run('cut -d" " -f1 /proc/uptime', { what: 'asking for the time' })).trim());
  if (seconds > 0) return seconds;
  throw new FlashError('infrastructure', `${connection.target.name} does not know how long it has been up`);
}
