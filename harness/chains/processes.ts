import { readdirSync, readFileSync } from 'node:fs';
import { printable, type Snapshot } from './facts.js';

/** What a process is at. */
export interface ProcessFacts {
  readonly pid: number;
  readonly name: string;
  /** The letter of /proc/PID/stat. */
  readonly state: string;
  /** The functions of the kernel in which its threads sleep. */
  readonly sleepsIn: readonly string[];
}

/** Undefined if it has ended. */
export function readProcess(pid: number): ProcessFacts | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(stat) ?? [];
  if (name === undefined || state === undefined) return undefined;
  const sleepsIn = threadsOf(pid)
    .map((thread) => readText(`/proc/${pid}/task/${thread}/wchan`))
    .filter((where) => where !== '' && where !== '0');
  return { pid, name: printable(name), state, sleepsIn: [...new Set(sleepsIn)] };
}

/** Of all who created sockets or have rings of them. */
export function readProcesses({ sockets }: Snapshot): ReadonlyMap<number, ProcessFacts> {
  const pids = new Set(sockets.flatMap(({ pid, holders }) => [pid, ...holders]));
  const found = [...pids].map(readProcess).filter((facts) => facts !== undefined);
  return new Map(found.map((facts) => [facts.pid, facts]));
}

const stateNames: Readonly<Record<string, string>> = {
  R: 'runs',
  S: 'sleeps',
  D: 'waits for the kernel and cannot be interrupted',
  T: 'is stopped by a signal',
  t: 'is stopped by a debugger',
  Z: 'has ended',
  X: 'has ended',
};

/** "nf2/1202 sleeps in do_poll" */
export function describeProcess({ pid, name, state, sleepsIn }: ProcessFacts): string {
  const where = sleepsIn.length > 0 && 'SD'.includes(state) ? `, in ${sleepsIn.join(' and ')}` : '';
  return `${name}/${pid} ${stateNames[state] ?? `is in state ${state}`}${where}`;
}

/** What to do about a process that does not do its work. */
export function processAdvice(facts: ProcessFacts | undefined): string {
  if (facts === undefined) return 'its process has ended: start it again, then set the route again';
  if (facts.state === 'T') return `let it go on: kill -CONT ${facts.pid}`;
  if (facts.state === 't') return 'let it go on in the debugger, or detach that';
  return `see what it is at: cat /proc/${facts.pid}/stack, or gdb -p ${facts.pid}`;
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended, or is not for this user to look at.
    return '';
  }
}
