import koffi from 'koffi';

const lib = koffi.load('libc.so.6');
const findSymbol = lib.func('intptr_t dlsym(intptr_t handle, const char *name)');
const createThread = lib.func(
  'int pthread_create(_Out_ uintptr_t *thread, void *attributes, intptr_t start, intptr_t argument)',
);
const tryJoin = lib.func('int pthread_tryjoin_np(uintptr_t thread, void *result)');

/** A thread of the C library, which runs no JavaScript: the end of the process does not wait for it. */
export type Thread = number | bigint;

const closing = findSymbol(0, 'close') as number | bigint;

/** Has a thread of its own call close(); undefined if there can be none now. */
export function startClosing(fd: number): Thread | undefined {
  const thread: [Thread] = [0];
  return createThread(thread, null, closing, fd) === 0 ? thread[0] : undefined;
}

/** Whether it has come to its end, and is let go; not to be asked again then. */
export const endedThread = (thread: Thread): boolean => (tryJoin(thread, null) as number) === 0;
