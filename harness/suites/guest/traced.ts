import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../process/run.js';

const tracing = '/sys/kernel/tracing';
const write = (file: string, text: string): void => writeFileSync(join(tracing, file), text);

export interface TracedEvent {
  /** In which context it happened, as ftrace puts it; the third letter is "s" in a softirq. */
  readonly flags: string;
  /** `event: fields` */
  readonly text: string;
}

/** The events of FLASH, or one of them, while some work is done. */
export async function tracedLines(event: string | undefined, work: () => void | Promise<unknown>): Promise<TracedEvent[]> {
  if (!existsSync(join(tracing, 'trace'))) await run('mount', ['-t', 'tracefs', 'tracefs', tracing]);
  const enable = join('events', 'flash', ...(event === undefined ? [] : [event]), 'enable');
  write('trace', '');
  write(enable, '1');
  try {
    await work();
  } finally {
    write(enable, '0');
  }
  const lines = readFileSync(join(tracing, 'trace'), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, flags, text] = /\] (\S{5}) .*?\b(flash_\w+: .*)$/.exec(line) ?? [];
    return flags === undefined || text === undefined ? [] : [{ flags, text }];
  });
}
