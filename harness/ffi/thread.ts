import { libc } from './libc.js';

/** A thread of the C library, which runs no JavaScript: the end of the process does not wait for it. */
export type Thread = number | bigint;

const closing = libc.findSymbol(0, 'close') as number | bigint;

/** Has a thread of its own call close(); undefined if there can be none now. */
export function startClosing(fd: number): Thread | undefined {
  const thread: [Thread] = [0];
  return libc.createThread(thread, null, closing, fd) === 0 ? thread[0] : undefined;
}

/** Whether it has come to its end, and is let go; not to be asked again then. */
export const endedThread = (thread: Thread): boolean => (libc.tryJoinThread(thread, null) as number) === 0;
