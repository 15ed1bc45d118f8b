import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../host/repository.js';
import './layouts.js';
import { onFirstUse } from './on-first-use.js';

const built = join(repositoryRoot, 'out', 'native', 'libflash-nf.so');

/** The library of nf/c: that of this checkout if there is one, and that of the machine if not. */
export const flashNf = onFirstUse(
  () => (existsSync(built) ? built : 'libflash-nf.so.0'),
  (lib) => ({
    open: lib.func('int flash_port__open(_Out_ void **port, const flash_port_opts *opts)'),
    join: lib.func('int flash_port__join(_Out_ void **port, const flash_join_opts *opts)'),
    close: lib.func('void flash_port__close(void *port)'),
    socket: lib.func('void *flash_port__socket(void *port)'),
    frames: lib.func('void *flash_port__frames(void *port)'),
    umem: lib.func('void *flash_port__umem(void *port)'),
    edges: lib.func('uint32_t flash_port__edges(void *port)'),
    leaving: lib.func('bool flash_port__leaving(void *port)'),
    monitored: lib.func('bool flash_port__monitored(void *port)'),
    prepare: lib.func('int flash_port__prepare(void *port, uint32_t busyUs, void *sleep)'),
    receive: lib.func('uint32_t flash_socket__receive(void *socket, void *packets, uint32_t max)'),
    send: lib.func('uint32_t flash_socket__send(void *socket, const void *packets, uint32_t count)'),
    room: lib.func('uint32_t flash_socket__tx_room(void *socket)'),
    pending: lib.func('uint32_t flash_socket__tx_pending(void *socket)'),
    stats: lib.func('int flash_socket__stats(void *socket, _Out_ flash_stats *stats)'),
    take: lib.func('uint32_t flash_frames__take(void *frames, void *packets, uint32_t max)'),
    release: lib.func('void flash_frames__release(void *frames, const void *packets, uint32_t count)'),
    free: lib.func('uint32_t flash_frames__count(void *frames)'),
    data: lib.func('intptr_t flash_umem__data(void *umem, uint64_t addr)'),
    frameSize: lib.func('uint32_t flash_umem__frame_size(void *umem)'),
    frameCount: lib.func('uint32_t flash_umem__frame_count(void *umem)'),
  }),
  '`make -C nf install` installs it; in a checkout, `make -C nf OUT=../out/native` builds it',
);

/** What prepare() returns. */
export const prepared = ['maySleep', 'ready', 'changed'] as const;
