import { onFirstUse } from './on-first-use.js';

export const libbpf = onFirstUse('libbpf.so.1', (lib) => ({
  openFile: lib.func('void *bpf_object__open_file(const char *path, const void *options)'),
  load: lib.func('int bpf_object__load(void *object)'),
  closeObject: lib.func('void bpf_object__close(void *object)'),
  findProgram: lib.func('void *bpf_object__find_program_by_name(void *object, const char *name)'),
  programFd: lib.func('int bpf_program__fd(void *program)'),
  findMapFd: lib.func('int bpf_object__find_map_fd_by_name(void *object, const char *name)'),
  attach: lib.func('int bpf_xdp_attach(int ifindex, int programFd, uint32_t flags, const void *options)'),
  detach: lib.func('int bpf_xdp_detach(int ifindex, uint32_t flags, const void *options)'),
  updateElement: lib.func(
    'int bpf_map_update_elem(int fd, const uint32_t *key, const uint32_t *value, uint64_t flags)',
  ),
  deleteElement: lib.func('int bpf_map_delete_elem(int fd, const uint32_t *key)'),
}));

export const xdpFlag = { updateIfNoExist: 1, generic: 2, native: 4 } as const;
