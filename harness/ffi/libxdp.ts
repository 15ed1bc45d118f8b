import koffi from 'koffi';
import './layouts.js';

const lib = koffi.load('libxdp.so.1');

/** libxdp's own way to a socket: what most AF_XDP programs call. */
export const libxdp = {
  umemCreate: lib.func(
    'int xsk_umem__create(_Out_ void **umem, void *area, uint64_t size, void *fill, void *completion, const xsk_umem_config *config)',
  ),
  umemDelete: lib.func('int xsk_umem__delete(void *umem)'),
  socketCreateShared: lib.func(
    'int xsk_socket__create_shared(_Out_ void **socket, const char *ifname, uint32_t queue, void *umem, void *rx, void *tx, void *fill, void *completion, const xsk_socket_config *config)',
  ),
  socketDelete: lib.func('void xsk_socket__delete(void *socket)'),
  socketFd: lib.func('int xsk_socket__fd(const void *socket)'),
} as const;

export const inhibitProgramLoad = 1;
