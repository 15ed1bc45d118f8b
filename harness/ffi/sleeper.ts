import { closeSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { callInThread } from './in-thread.js';
import { edgeTriggered, libc, pollEvent } from './libc.js';
import { mapAnonymousMemory } from './memory.js';
import { checkErrno } from './native-error.js';
import { waitUntil } from '../process/wait-until.js';

/** A thread that sleeps until something happens to a socket: no time-out ends it, only who disposes of it. */
export interface Sleeper extends AsyncDisposable {
  /** The events it was woken with; undefined while it sleeps. */
  readonly woken: () => number | undefined;
  /** Resolves once the thread sleeps, or was woken. */
  readonly settled: () => Promise<void>;
}

interface HasFd {
  readonly fd: number;
}

const forEver = -1;
const pollfdBytes = 8;
const memoryBytes = 4096;
/** Longer than tests hold a context on its way there. */
const settleDeadlineMs = 20_000;

/** Resolves once a thread sleeps in poll(), or has found the events there. */
export async function sleepInPoll({ fd }: HasFd, events: number): Promise<Sleeper> {
  const memory = mapAnonymousMemory(memoryBytes);
  const stop = openStop();
  const fds = new DataView(memory.buffer);
  for (const [index, each] of [
    { fd, events },
    { fd: stop.fd, events: pollEvent.in },
  ].entries()) {
    fds.setInt32(index * pollfdBytes, each.fd, true);
    fds.setInt16(index * pollfdBytes + 4, each.events, true);
  }
  const call = callInThread((done) => libc.pollAt.async(memory.address, 2, forEver, done));
  const sleeper = makeSleeper({
    ...{ call, address: memory.address, stop: stop.write },
    read: () => fds.getInt16(6, true),
    close() {
      stop.close();
      memory.unmap();
    },
  });
  await sleeper.settled();
  return sleeper;
}

/** Sockets of which one thread after another waits for news. */
export interface Epoll extends Disposable {
  /** The events of all that are ready; 0 if none is. */
  readonly take: () => number;
  /** Resolves once a thread sleeps in epoll_wait(), or has found something there. */
  readonly sleep: () => Promise<Sleeper>;
}

const triggers = { level: 0, edge: edgeTriggered } as const;
export type Trigger = keyof typeof triggers;
const eventBytes = process.arch === 'x64' ? 12 : 16;
const add = 1;

export function openEpoll(sockets: readonly HasFd[], events: number, trigger: Trigger = 'level'): Epoll {
  const epoll = checkErrno('making an epoll', libc.epollCreate(0));
  const memory = mapAnonymousMemory(memoryBytes);
  const stop = openStop();
  const view = new DataView(memory.buffer);
  const capacity = Math.floor(memoryBytes / eventBytes);
  const register = (fd: number, wanted: number): void => {
    view.setUint32(0, wanted >>> 0, true);
    view.setUint32(4, fd, true);
    checkErrno(`adding ${fd} to an epoll`, libc.epollControl(epoll, add, fd, memory.address));
  };
  for (const { fd } of sockets) register(fd, (events | triggers[trigger]) >>> 0);
  register(stop.fd, pollEvent.in);
  const read = (count: number): number => {
    let all = 0;
    for (let index = 0; index < count; index++) {
      if (view.getUint32(index * eventBytes + 4, true) !== stop.fd) all |= view.getUint32(index * eventBytes, true);
    }
    return all;
  };
  return {
    take: () => read(checkErrno('looking at an epoll', libc.epollWaitAt(epoll, memory.address, capacity, 0))),
    async sleep() {
      const call = callInThread((done) => libc.epollWaitAt.async(epoll, memory.address, capacity, forEver, done));
      const sleeper = makeSleeper({ call, address: memory.address, stop: stop.write, read, close: () => undefined });
      await sleeper.settled();
      return sleeper;
    },
    [Symbol.dispose]() {
      for (const close of [() => closeSync(epoll), stop.close, memory.unmap]) close();
    },
  };
}

interface SleepingCall {
  /** What the call returned. */
  readonly call: Promise<number>;
  /** Of the memory it was given, by which its thread is found. */
  readonly address: bigint;
  readonly read: (result: number) => number;
  readonly stop: () => void;
  readonly close: () => void;
}

function makeSleeper({ call, address, read, stop, close }: SleepingCall): Sleeper {
  let events: number | undefined;
  let returned = false;
  const ended = call.then((result) => {
    returned = true;
    events = read(result) || undefined;
  });
  return {
    woken: () => events,
    async settled() {
      const what = 'a thread to fall asleep';
      await waitUntil(() => returned || isAsleep(address), { what, deadlineMs: settleDeadlineMs, intervalMs: 1 });
    },
    async [Symbol.asyncDispose]() {
      if (!returned) stop();
      await ended;
      close();
    },
  };
}

/** Whether a thread of this process is in a system call with this argument, and not running. */
function isAsleep(address: bigint): boolean {
  const argument = ` 0x${address.toString(16)} `;
  return readdirSync('/proc/self/task').some((thread) => systemCallOf(thread).includes(argument));
}

/** Its number and arguments; nothing of a thread that has ended. */
function systemCallOf(thread: string): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/syscall`, 'utf8');
  } catch {
    return '';
  }
}

/** Something that is readable once it was written to. */
function openStop(): { readonly fd: number; readonly write: () => void; readonly close: () => void } {
  const fd = checkErrno('making an eventfd', libc.eventfd(0, 0));
  const one = Buffer.alloc(8);
  one.writeUInt8(1);
  return { fd, write: () => void writeSync(fd, one), close: () => closeSync(fd) };
}
