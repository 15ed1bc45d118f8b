import { chmodSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs';
import * as z from 'zod';
import { callInThread } from '../../harness/ffi/in-thread.js';
import { libc, pollEvent } from '../../harness/ffi/libc.js';
import { mapAnonymousMemory } from '../../harness/ffi/memory.js';
import { FlashError } from '../../harness/errors.js';
import { checkErrno, NativeError } from '../../harness/ffi/native-error.js';
import * as pidfds from '../../harness/ffi/pidfd.js';
import * as seqpacket from '../../harness/ffi/seqpacket.js';
import { parseChain, savedLeavingSchema } from './chain-file.js';
import { makeCloser, type Closer } from './closer.js';
import type { Connection } from './connection.js';
import { makeLookForPrograms } from './look-for-programs.js';
import { makeMonitor, type Monitor } from './monitor.js';
import type { Peer, SavedState } from './surroundings.js';
import { encodeLeave, mostBytes } from './protocol.js';
import { cgroupOf } from './process-identity.js';
import { savedMemorySchema } from './saved-memory.js';
import { requireNames } from './who.js';
import { makeWorld } from './world.js';

export interface ServeOptions {
  readonly socketPath: string;
  /** Listens there already, and somebody else keeps it open. */
  readonly listener?: number | undefined;
  readonly stateFile: string;
  readonly log: (text: string) => void;
}

/** Connections of programs that are no functions: of all users, of one who may not command, and with those who may. */
const mostStrangers = 256;
const mostStrangersOfAUser = 32;
const mostStrangersOfAll = mostStrangers + 32;
const mostConnections = 4096;
/** With so many that do not close nobody new is heard. */
const mostUnclosed = 1024;
/** In which a program says who it is, or what it commands. */
const silenceMs = 10_000;
const mostAcceptedAtOnce = 64;
const pollfdBytes = 8;
const tickMs = 500;

const commandSchema = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('status') }),
  z.strictObject({ command: z.literal('apply'), file: z.string(), text: z.string() }),
]);

interface Listening {
  readonly connections: Set<Connection>;
  readonly monitor: Monitor;
  readonly closer: Closer;
  readonly log: (text: string) => void;
}

/** Serves until the signal; what functions have stays as it is then. */
export async function serveMonitor(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { socketPath, stateFile, log } = options;
  const monitor = makeMonitor(makeWorld({ stateFile, log }), readState(stateFile, log));
  const listener = options.listener ?? listenAt(socketPath);
  const wake = checkErrno('making an eventfd', libc.eventfd(0, 0));
  const connections = new Set<Connection>();
  const closer = makeCloser();
  const lookForPrograms = makeLookForPrograms(monitor, log);
  const memory = mapAnonymousMemory((2 + 2 * mostConnections) * pollfdBytes);
  const stop = (): void => void writeSync(wake, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
  signal.addEventListener('abort', stop);
  log(`listening at ${socketPath}`);
  try {
    while (!signal.aborted) {
      closer.tick();
      const isFull = closer.pending() >= mostUnclosed;
      const watched = [
        wake,
        isFull ? -1 : listener,
        ...[...connections].flatMap(({ fd, pidfd }) => [fd ?? -1, pidfd ?? -1]),
      ];
      const ready = await poll(memory, watched);
      if (!isFull) accept(listener, { connections, monitor, closer, log });
      endSilent(connections, monitor);
      for (const connection of [...connections]) {
        if (isFull && !monitor.knows(connection.peer)) connection.closed = true;
        else if (ready.has(connection.fd ?? -1)) hearAll(monitor, connection, closer);
        if (connection.pidfd !== undefined && ready.has(connection.pidfd)) connection.closed = true;
      }
      for (const connection of connections) if (connection.closed) forget(monitor, connections, connection, closer);
      monitor.tick();
      for (const each of lookForPrograms(mostConnections - connections.size)) connections.add(each);
    }
  } finally {
    for (const connection of connections) hangUp(connection, closer);
    // A thread that hangs in a file system keeps what the process has open.
    monitor.end();
    if (options.listener === undefined) rmSync(socketPath, { force: true });
    // With those that nobody has accepted, and what they have sent.
    closer.close(listener, process.getuid?.() ?? 0);
    closeSync(wake);
    memory.unmap();
  }
}

function listenAt(path: string): number {
  if (isServed(path))
    throw new FlashError('usage', `a monitor listens at ${path} already`, {
      advice: 'stop it first, or give this one another --socket and --state',
    });
  rmSync(path, { force: true });
  const listener = seqpacket.listenSeqpacket(path);
  // Anybody may ask; who may have what is decided by who it is.
  chmodSync(path, 0o666);
  return listener;
}

function isServed(path: string): boolean {
  try {
    closeSync(seqpacket.connectSeqpacket(path));
    return true;
  } catch (error) {
    if (error instanceof NativeError && ['ENOENT', 'ECONNREFUSED'].includes(error.errno)) return false;
    // Nobody has taken the last connections from its backlog.
    if (error instanceof NativeError && error.errno === 'EAGAIN') return true;
    throw error;
  }
}

/** Who is at the other end learns it at once; what it has sent and nobody has heard closes with the connection. */
function hangUp({ fd, pidfd, peer }: Connection, closer: Closer): void {
  if (fd !== undefined) {
    seqpacket.shutDown(fd);
    closer.close(fd, peer.uid);
  }
  if (pidfd !== undefined) closeSync(pidfd);
}

/** Which of them are readable, or at their end. */
async function poll(memory: { readonly address: bigint; readonly buffer: ArrayBuffer }, fds: readonly number[]) {
  const view = new DataView(memory.buffer);
  for (const [index, fd] of fds.entries()) {
    view.setInt32(index * pollfdBytes, fd, true);
    view.setInt32(index * pollfdBytes + 4, pollEvent.in, true);
  }
  await callInThread((done) => libc.pollAt.async(memory.address, fds.length, tickMs, done));
  return new Set(fds.filter((_, index) => view.getInt16(index * pollfdBytes + 6, true) !== 0));
}

/** As many as have their turn; others are accepted after those that are there were heard. */
function accept(listener: number, { connections, monitor, closer, log }: Listening): void {
  const strangers = [...connections].filter(({ peer }) => !monitor.knows(peer)).map(({ peer }) => peer.uid);
  let refused = 0;
  for (let count = 0; count < mostAcceptedAtOnce; count++) {
    const fd = seqpacket.acceptPeer(listener);
    if (fd === undefined) break;
    const credentials = seqpacket.peerCredentials(fd);
    const { pid, uid } = credentials;
    const most = mayCommand(uid) ? mostStrangersOfAll : mostStrangers;
    const ofUser = strangers.filter((each) => each === uid).length;
    if (
      strangers.length >= most ||
      (!mayCommand(uid) && ofUser >= mostStrangersOfAUser) ||
      connections.size >= mostConnections
    ) {
      refused++;
      seqpacket.shutDown(fd);
      closer.close(fd, uid);
      continue;
    }
    strangers.push(uid);
    const certain = pidfds.peerPidfd(fd);
    const pidfd = certain ?? pidfds.openPidfd(pid);
    const connection: Connection = {
      ...{ fd, pidfd, heardMs: performance.now(), closed: false },
      peer: {
        ...{ pid, uid, groups: seqpacket.peerGroups(fd, credentials) },
        cgroup: () => (certain === undefined ? undefined : cgroupOf(pid, certain)),
        send: (data, fds) => seqpacket.sendMessage(fd, data, fds),
        close: () => void (connection.closed = true),
        ask: () => seqpacket.sendMessage(fd, encodeLeave()),
        kill: () => certain !== undefined && pidfds.signalByPidfd(certain, 'SIGKILL'),
      },
    };
    connections.add(connection);
  }
  if (refused > 0) log(`${refused} programs are not heard: there are ${connections.size} connections`);
}

/** Nobody keeps a place for nothing. */
function endSilent(connections: ReadonlySet<Connection>, monitor: Monitor): void {
  const now = performance.now();
  for (const connection of connections)
    if (now - connection.heardMs > silenceMs && !monitor.knows(connection.peer)) connection.closed = true;
}

const mayCommand = (uid: number): boolean => uid === 0 || uid === process.getuid?.();

const mostMessagesAtOnce = 16;
/** A function hands over its socket, its memory, and the bytes that say whose frames are. */
const mostDescriptors = 3;

/** A bounded number of messages: then others have their turn. */
function hearAll(monitor: Monitor, connection: Connection, closer: Closer): void {
  const { fd } = connection;
  if (fd === undefined) return;
  for (let count = 0; count < mostMessagesAtOnce && !connection.closed; count++) {
    const message = seqpacket.receiveMessage(fd);
    if (message === undefined) return;
    connection.heardMs = performance.now();
    if (message === 'end') {
      connection.closed = true;
      return;
    }
    if (message.fds.length > mostDescriptors) connection.closed = true;
    try {
      if (!connection.closed)
        monitor.hear(connection.peer, message.data.subarray(0, mostBytes), message.fds, (peer, text) =>
          command(monitor, peer, text),
        );
    } finally {
      for (const fd of message.fds) closer.close(fd, connection.peer.uid);
    }
  }
}

function forget(monitor: Monitor, connections: Set<Connection>, connection: Connection, closer: Closer): void {
  connections.delete(connection);
  monitor.gone(connection.peer);
  hangUp(connection, closer);
}

/** Only root and who runs the monitor may command. An error is an answer. */
function command(monitor: Monitor, { uid }: Peer, text: string): unknown {
  try {
    if (!mayCommand(uid)) return { error: 'only root commands the monitor' };
    const request = commandSchema.parse(JSON.parse(text));
    if (request.command === 'apply') {
      const chain = parseChain(request.text, request.file);
      requireNames(Object.values(chain.functions));
      monitor.apply(chain);
    }
    return { status: monitor.status() };
  } catch (error) {
    const { message, details } = error as Error & { readonly details?: { readonly logTail?: string } };
    return { error: details?.logTail === undefined ? message : `${message}\n${details.logTail}` };
  }
}

function readState(path: string, log: (text: string) => void): SavedState | undefined {
  try {
    const { chain, cookies, memories, leaving } = JSON.parse(readFileSync(path, 'utf8')) as SavedState;
    return {
      chain: chain === undefined ? undefined : parseChain(JSON.stringify(chain), path),
      ...{ cookies, memories: z.record(z.string(), savedMemorySchema).parse(memories ?? {}) },
      leaving: z.array(savedLeavingSchema).parse(leaving ?? []),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log(`${path} is not read: ${(error as Error).message}`);
    return undefined;
  }
}
