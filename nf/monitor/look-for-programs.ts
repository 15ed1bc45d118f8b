import { closeSync } from 'node:fs';
import * as pidfds from '../../harness/ffi/pidfd.js';
import type { Connection } from './connection.js';
import { findProgram, type FoundProgram } from './find-program.js';
import type { Joining, Vacancy } from './joining.js';

const intervalMs = 500;

/**
 * Programs that do not join, where the monitor wants one: it is asked twice a second at most. Returns those that have
 * become functions, at most `most`.
 */
export function makeLookForPrograms(
  monitor: Pick<Joining, 'vacant' | 'meet'>,
  log: (text: string) => void,
): (most: number) => readonly Connection[] {
  let lookedMs = Number.NEGATIVE_INFINITY;
  /** By function: why it was not looked for. */
  const failed = new Map<string, string>();

  const look = (vacancy: Vacancy): Connection | undefined => {
    const program = findProgram(vacancy.fn);
    if (program === undefined) return undefined;
    const connection = connectionOf(program);
    let isKnown = false;
    try {
      isKnown = monitor.meet(vacancy, connection.peer, program.socketFd, program.cookie);
      return isKnown ? connection : undefined;
    } finally {
      closeSync(program.socketFd);
      if (!isKnown) closeSync(program.pidfd);
    }
  };

  return (most) => {
    const nowMs = performance.now();
    if (nowMs - lookedMs < intervalMs) return [];
    lookedMs = nowMs;
    const found: Connection[] = [];
    for (const vacancy of monitor.vacant()) {
      if (found.length === most) break;
      try {
        const connection = look(vacancy);
        if (connection !== undefined) found.push(connection);
        failed.delete(vacancy.name);
      } catch (error) {
        const { message } = error as Error;
        if (failed.get(vacancy.name) !== message) log(`looking for ${vacancy.name}: ${message}`);
        failed.set(vacancy.name, message);
      }
    }
    return found;
  };
}

/** Such programs are asked to leave by a signal, and are told nothing else. */
function connectionOf({ pid, pidfd, uid, groups, cgroup }: FoundProgram): Connection {
  const connection: Connection = {
    ...{ fd: undefined, pidfd, heardMs: performance.now(), closed: false },
    peer: {
      ...{ pid, uid, groups, cgroup, send: () => true },
      close: () => void (connection.closed = true),
      ask: () => void pidfds.signalByPidfd(pidfd, 'SIGTERM'),
      kill: () => pidfds.signalByPidfd(pidfd, 'SIGKILL'),
    },
  };
  return connection;
}
