import { closeSync } from 'node:fs';
import { FlashError } from '../../harness/errors.js';
import * as pidfds from '../../harness/ffi/pidfd.js';
import { listDiagSockets, type DiagSocket } from '../../harness/ffi/sock-diag.js';
import { findIndex } from '../../harness/ffi/xdp-program.js';
import { makeAttempts } from './attempts.js';
import type { Connection } from './connection.js';
import { findProgram, type FoundProgram } from './find-program.js';
import type { Joining, Vacancy } from './joining.js';
import { whyNot } from './who.js';

const intervalMs = 500;

/** A program that has become a function, and whether it is to leave. */
interface Found {
  readonly connection: Connection;
  readonly program: FoundProgram;
  asked: boolean;
}

/**
 * Programs that do not join, where the monitor wants one: they are looked for twice a second at most. Returns those that
 * have become functions, at most `most`. One that has closed its socket since is as good as one that has ended.
 */
export function makeLookForPrograms(
  monitor: Pick<Joining, 'vacant' | 'isOurs' | 'meet'>,
  log: (text: string) => void,
): (most: number) => readonly Connection[] {
  let lookedMs = Number.NEGATIVE_INFINITY;
  const known = new Set<Found>();
  const { attempt, begin } = makeAttempts(log);

  const look = (vacancy: Vacancy, socket: DiagSocket): Connection | 'nobody' | undefined => {
    const { name, fn } = vacancy;
    const program = findProgram(socket, (who) => whyNot(name, fn, who) === undefined);
    if (program === undefined) return 'nobody';
    const found = become(program, known);
    let isKnown = false;
    try {
      isKnown = monitor.meet(vacancy, found.connection.peer, program.socketFd, program.cookie);
      if (!isKnown) return undefined;
      known.add(found);
      return found.connection;
    } finally {
      closeSync(program.socketFd);
      if (!isKnown) closeSync(program.pidfd);
    }
  };

  /** Throws if a socket is there that nobody has who may be it. */
  const lookFor = (vacancy: Vacancy, sockets: readonly DiagSocket[]): Connection | undefined => {
    let hasNobody = false;
    for (const socket of candidates(sockets, vacancy)) {
      if (monitor.isOurs(socket.cookie)) continue;
      const found = look(vacancy, socket);
      if (found === 'nobody') hasNobody = true;
      else if (found !== undefined) return found;
    }
    if (!hasNobody) return undefined;
    throw new FlashError('infrastructure', 'no process of who may be it has the socket on its queue open');
  };

  return (most) => {
    if (performance.now() - lookedMs < intervalMs) return [];
    begin();
    const connections: Connection[] = [];
    attempt('looking for programs', () => {
      for (const each of known) {
        if (each.connection.closed) known.delete(each);
        else if (!each.program.hasIt()) each.connection.closed = true;
      }
      // Most chains have no such functions: then nobody asks the kernel.
      let listed: readonly DiagSocket[] | undefined;
      const sockets = (): readonly DiagSocket[] => (listed ??= listDiagSockets() ?? []);
      for (const vacancy of monitor.vacant((cookie) => sockets().some((socket) => socket.cookie === cookie)))
        attempt(`looking for ${vacancy.name}`, () => {
          const found = connections.length < most ? lookFor(vacancy, sockets()) : undefined;
          if (found !== undefined) connections.push(found);
        });
    });
    lookedMs = performance.now();
    return connections;
  };
}

/** The one that was it before, wherever it is; then those on the queue. */
function candidates(sockets: readonly DiagSocket[], { fn, cookie }: Vacancy): readonly DiagSocket[] {
  const ifindex = findIndex(fn.device);
  const there = sockets.filter((socket) => ifindex !== 0 && socket.ifindex === ifindex && socket.queue === fn.queue);
  const able = there.filter(({ rings }) => rings.rx > 0 && rings.tx > 0);
  if (there.length > 0 && able.length === 0)
    throw new FlashError('infrastructure', 'no socket on its queue both receives and sends');
  return [
    ...sockets.filter((socket) => socket.cookie === cookie),
    ...able.filter((socket) => socket.cookie !== cookie),
  ];
}

/** Such programs are asked to leave by a signal, once, and are told nothing else. */
function become(program: FoundProgram, known: ReadonlySet<Found>): Found {
  const { pid, pidfd, uid, groups, cgroup } = program;
  /** One process may be several functions, and goes when none of them is wanted. */
  const isWanted = (): boolean =>
    [...known].some(({ program: { pid: other }, asked, connection }) => other === pid && !asked && !connection.closed);
  const found: Found = {
    program,
    asked: false,
    connection: {
      ...{ fd: undefined, pidfd, heardMs: performance.now(), closed: false },
      peer: {
        ...{ pid, uid, groups, cgroup, send: () => true },
        close: () => void (found.connection.closed = true),
        ask() {
          if (found.asked) return true;
          found.asked = true;
          return isWanted() || pidfds.signalByPidfd(pidfd, 'SIGTERM');
        },
        kill: () => !isWanted() && pidfds.signalByPidfd(pidfd, 'SIGKILL'),
      },
    },
  };
  return found;
}
