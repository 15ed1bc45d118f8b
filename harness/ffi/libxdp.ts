import './layouts.js';
import { onFirstUse } from './on-first-use.js';

/** libxdp's own way to a socket: what most AF_XDP programs call. */
export const libxdp = onFirstUse('libxdp.so.1', (lib) => ({
  umemCreate: lib.func(
    'int xsk_umem__create(_Out_ void **umem, void *area, uint64_t size, void *fill, void *completion, const xsk_umem_config *config)',
  ),
  umemDelete: lib.func('int xsk_umem__delete(void *umem)'),
  socketCreateShared: lib.func(
    'int xsk_socket__create_shared(_Out_ void **socket, const char *ifname, uint32_t queue, void *umem, void *rx, void *tx, void *fill, void *completion, const xsk_socket_config *config)',
  ),
  socketDelete: lib.func('void xsk_socket__delete(void *socket)'),
  socketFd: lib.func('int xsk_socket__fd(const void *socket)'),
}));

export const inhibitProgramLoad = 1;
