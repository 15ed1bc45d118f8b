import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from '../../../process/run.js';

const tracing = '/sys/kernel/tracing';
const write = (file: string, text: string): void => writeFileSync(join(tracing, file), text);

export interface TracedEvent {
  readonly thread: number;
  /** In which context it happened, as ftrace puts it; the third letter is "s" in a softirq. */
  readonly flags: string;
  /** `event: fields` */
  readonly text: string;
}

/** The events of FLASH or of another group, or one of them, while some work is done. */
export function tracedLines(event: string | undefined, work: () => unknown, group = 'flash'): Promise<TracedEvent[]> {
  return tracedEvents([event === undefined ? group : join(group, event)], work);
}

export async function mountTracing(): Promise<void> {
  if (!existsSync(join(tracing, 'trace'))) await run('mount', ['-t', 'tracefs', 'tracefs', tracing]);
}

/** The events of several groups, or single ones as `group/event`, in the order of time. */
export async function tracedEvents(events: readonly string[], work: () => unknown): Promise<TracedEvent[]> {
  await mountTracing();
  const enable = (value: string): void => {
    for (const each of events) write(join('events', each, 'enable'), value);
  };
  write('trace', '');
  // The names of threads, which nobody asks for here: they would have the scheduler patched each time.
  write('options/record-cmd', '0');
  enable('1');
  try {
    await work();
  } finally {
    enable('0');
  }
  const lines = readFileSync(join(tracing, 'trace'), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, thread, flags, text] = /-(\d+)\s+\[\d+\] (\S{5}) +[\d.]+: (\w+: .*)$/.exec(line) ?? [];
    return flags === undefined || text === undefined ? [] : [{ thread: Number(thread), flags, text }];
  });
}

/** Those that the calls of this thread brought about, not an interrupt in between. */
export function ofThisThread(events: readonly TracedEvent[]): TracedEvent[] {
  const own = Number(basename(readlinkSync('/proc/thread-self')));
  return events.filter(({ thread, flags }) => thread === own && !/^..[shH]/.test(flags));
}

/** Whether it happened in a softirq, as in a NAPI poll by interrupt. */
export const isInSoftirq = ({ flags }: TracedEvent): boolean => /^..[sH]/.test(flags);

/** Descriptors that all of them moved. */
export function movedIn(events: readonly TracedEvent[]): number {
  return events.reduce((sum, { text }) => sum + Number(/ moved=(\d+)/.exec(text)?.[1] ?? 0), 0);
}
