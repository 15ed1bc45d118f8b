import { readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from '../../../process/wait-until.js';

const read = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
};

/** In which functions of the kernel processes sleep, those with such a command line or all. */
export function sleepers(commandLine = ''): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const chosen =
    commandLine === '' ? pids : pids.filter((pid) => read(pid, 'cmdline').replaceAll('\0', ' ').trim() === commandLine);
  return chosen.map((pid) => read(pid, 'wchan')).filter((name) => name !== '' && name !== '0');
}

/** Waits until somebody sleeps in such a function, a process with such a command line or any. */
export function waitForSleeper(what: string, where: RegExp, commandLine = ''): Promise<unknown> {
  const asleep = (): string[] => sleepers(commandLine).filter((name) => commandLine !== '' || name.startsWith('xsk'));
  return waitUntil(() => sleepers(commandLine).some((name) => where.test(name)), {
    what,
    deadlineMs: 20_000,
    intervalMs: 10,
    lastState: asleep,
  });
}

/** Waits until a thread of this process sleeps in such a function, or something has come about without that. */
export function waitForThread(what: string, where: RegExp, orElse: () => boolean): Promise<unknown> {
  const asleep = (): string[] => readdirSync('/proc/self/task').map((thread) => read(`self/task/${thread}`, 'wchan'));
  return waitUntil(() => orElse() || asleep().some((name) => where.test(name)), {
    what,
    deadlineMs: 8000,
    intervalMs: 1,
    lastState: asleep,
  });
}
