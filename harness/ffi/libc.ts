import koffi from 'koffi';
import './layouts.js';

const lib = koffi.load('libc.so.6');

export const libc = {
  socket: lib.func('int socket(int domain, int type, int protocol)'),
  close: lib.func('int close(int fd)'),
  bind: lib.func('int bind(int fd, const sockaddr_xdp *address, uint32_t length)'),
  /** The same to an address of any family. */
  bindAny: lib.func('int bind(int fd, const void *address, uint32_t length)'),
  connect: lib.func('int connect(int fd, const void *address, uint32_t length)'),
  getsockname: lib.func('int getsockname(int fd, void *address, void *length)'),
  shutdown: lib.func('int shutdown(int fd, int how)'),
  listen: lib.func('int listen(int fd, int backlog)'),
  accept4: lib.func('int accept4(int fd, void *address, void *length, int flags)'),
  setsockopt: lib.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  getsockopt: lib.func('int getsockopt(int fd, int level, int name, _Out_ void *value, _Inout_ uint32_t *length)'),
  sendmsg: lib.func('intptr_t sendmsg(int fd, intptr_t message, int flags)'),
  recvmsg: lib.func('intptr_t recvmsg(int fd, intptr_t message, int flags)'),
  memfdCreate: lib.func('int memfd_create(const char *name, unsigned int flags)'),
  ftruncate: lib.func('int ftruncate(int fd, int64_t length)'),
  fcntl: lib.func('int fcntl(int fd, int command, int value)'),
  sendto: lib.func(
    'intptr_t sendto(int fd, const void *data, size_t length, int flags, const void *address, uint32_t addressLength)',
  ),
  recvfrom: lib.func(
    'intptr_t recvfrom(int fd, void *data, size_t length, int flags, void *address, void *addressLength)',
  ),
  poll: lib.func('int poll(_Inout_ pollfd *fds, unsigned long count, int timeoutMs)'),
  /** The same on memory at an address. */
  pollAt: lib.func('int poll(void *fds, unsigned long count, int timeoutMs)'),
  epollCreate: lib.func('int epoll_create1(int flags)'),
  epollControl: lib.func('int epoll_ctl(int epoll, int operation, int fd, void *event)'),
  epollWaitAt: lib.func('int epoll_wait(int epoll, void *events, int count, int timeoutMs)'),
  eventfd: lib.func('int eventfd(unsigned int value, int flags)'),
  mmap: lib.func('intptr_t mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)'),
  munmap: lib.func('int munmap(void *address, size_t length)'),
  ifNameToIndex: lib.func('unsigned int if_nametoindex(const char *name)'),
  ifIndexToName: lib.func('void *if_indextoname(unsigned int index, _Out_ char *name)'),
  findSymbol: lib.func('intptr_t dlsym(intptr_t handle, const char *name)'),
  createThread: lib.func(
    'int pthread_create(_Out_ uintptr_t *thread, void *attributes, intptr_t start, intptr_t argument)',
  ),
  tryJoinThread: lib.func('int pthread_tryjoin_np(uintptr_t thread, void *result)'),
  userNamed: lib.func('void *getpwnam(const char *name)'),
  groupNamed: lib.func('void *getgrnam(const char *name)'),
  flock: lib.func('int flock(int fd, int operation)'),
  ioctl: lib.func('int ioctl(int fd, unsigned long request, ...)'),
  clockGettime: lib.func('int clock_gettime(int clock, _Out_ void *time)'),
  setns: lib.func('int setns(int fd, int type)'),
  pidfd: lib.func('long syscall(long number, int pid, unsigned int flags)'),
  pidfdSignal: lib.func('long syscall(long number, int pidfd, int signal, void *info, unsigned int flags)'),
  pidfdGetfd: lib.func('long syscall(long number, int pidfd, int fd, unsigned int flags)'),
  membarrier: lib.func('long syscall(long number, int command, unsigned int flags, int cpu)'),
  unshare: lib.func('int unshare(int flags)'),
  seteuid: lib.func('int seteuid(unsigned int uid)'),
} as const;

export const solSocket = 1;
export const socketOption = {
  type: 3,
  peerCredentials: 17,
  listens: 30,
  domain: 39,
  busyPoll: 46,
  cookie: 57,
  peerGroups: 59,
  preferBusyPoll: 69,
  busyPollBudget: 70,
  netnsCookie: 71,
  peerPidfd: 77,
} as const;
export const afXdp = 44;
export const afNetlink = 16;
export const netlinkSockDiag = 4;
export const closeOnExec = 0x80000;
export const solXdp = 283;
export const sockRaw = 3;

/** Socket options of <linux/if_xdp.h>. */
export const xdpOption = {
  mmapOffsets: 1,
  rxRing: 2,
  txRing: 3,
  umemReg: 4,
  umemFillRing: 5,
  umemCompletionRing: 6,
  statistics: 7,
  options: 8,
} as const;

export const bindFlag = { sharedUmem: 1, copy: 2, zeroCopy: 4, useNeedWakeup: 8, useSg: 16 } as const;
export const umemFlag = { unalignedChunks: 1 } as const;
export const packetContinues = 1;

export const pageOffset = { rx: 0n, tx: 0x80000000n, fill: 0x100000000n, completion: 0x180000000n } as const;

export const message = { dontWait: 0x40, more: 0x8000 } as const;
export const pollEvent = { in: 1, out: 4, error: 8, hangUp: 16 } as const;
/** In the events of an epoll: only what is new. */
export const edgeTriggered = 0x80000000;
/** An ioctl: opens the network namespace of a socket. */
export const getSocketNetns = 0x894c;
export const cloneNewNet = 0x40000000;
