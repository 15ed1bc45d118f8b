import './bpf-options.js';
import { onFirstUse } from './on-first-use.js';

export const libbpf = onFirstUse('libbpf.so.1', (lib) => {
  // It would print to stderr what the errors here say.
  lib.func('void *libbpf_set_print(void *print)')(null);
  return {
    openFile: lib.func('void *bpf_object__open_file(const char *path, const bpf_object_open_opts *options)'),
    load: lib.func('int bpf_object__load(void *object)'),
    closeObject: lib.func('void bpf_object__close(void *object)'),
    findProgram: lib.func('void *bpf_object__find_program_by_name(void *object, const char *name)'),
    programFd: lib.func('int bpf_program__fd(void *program)'),
    registerSection: lib.func(
      'int libbpf_register_prog_handler(const char *section, int type, int attachType, const void *options)',
    ),
    unregisterSection: lib.func('int libbpf_unregister_prog_handler(int id)'),
    setProgramType: lib.func('int bpf_program__set_type(void *program, int type)'),
    setExpectedAttachType: lib.func('int bpf_program__set_expected_attach_type(void *program, int type)'),
    setProgramFlags: lib.func('int bpf_program__set_flags(void *program, uint32_t flags)'),
    setProgramDevice: lib.func('void bpf_program__set_ifindex(void *program, uint32_t ifindex)'),
    setAttachTarget: lib.func('int bpf_program__set_attach_target(void *program, int fd, const char *name)'),
    attachFreplace: lib.func('void *bpf_program__attach_freplace(void *program, int fd, const char *name)'),
    linkFd: lib.func('int bpf_link__fd(void *link)'),
    destroyLink: lib.func('int bpf_link__destroy(void *link)'),
    findMap: lib.func('void *bpf_object__find_map_by_name(void *object, const char *name)'),
    nextMap: lib.func('void *bpf_object__next_map(void *object, void *map)'),
    mapName: lib.func('const char *bpf_map__name(void *map)'),
    mapFd: lib.func('int bpf_map__fd(void *map)'),
    reuseMapFd: lib.func('int bpf_map__reuse_fd(void *map, int fd)'),
    setMapType: lib.func('int bpf_map__set_type(void *map, int type)'),
    setMapEntries: lib.func('int bpf_map__set_max_entries(void *map, uint32_t entries)'),
    setMapDevice: lib.func('int bpf_map__set_ifindex(void *map, uint32_t ifindex)'),
    findMapFd: lib.func('int bpf_object__find_map_fd_by_name(void *object, const char *name)'),
    attach: lib.func('int bpf_xdp_attach(int ifindex, int programFd, uint32_t flags, const void *options)'),
    detach: lib.func('int bpf_xdp_detach(int ifindex, uint32_t flags, const void *options)'),
    query: lib.func('int bpf_xdp_query(int ifindex, int flags, _Inout_ bpf_xdp_query_opts *options)'),
    createLink: lib.func(
      'int bpf_link_create(int programFd, int target, int attachType, const bpf_link_create_opts *options)',
    ),
    nextLinkId: lib.func('int bpf_link_get_next_id(uint32_t start, _Out_ uint32_t *next)'),
    linkById: lib.func('int bpf_link_get_fd_by_id(uint32_t id)'),
    programById: lib.func('int bpf_prog_get_fd_by_id(uint32_t id)'),
    mapById: lib.func('int bpf_map_get_fd_by_id(uint32_t id)'),
    programInfo: lib.func('int bpf_obj_get_info_by_fd(int fd, _Inout_ bpf_prog_info *info, _Inout_ uint32_t *length)'),
    infoOf: lib.func('int bpf_obj_get_info_by_fd(int fd, void *info, _Inout_ uint32_t *length)'),
    pin: lib.func('int bpf_obj_pin(int fd, const char *path)'),
    pinned: lib.func('int bpf_obj_get(const char *path)'),
    testRun: lib.func('int bpf_prog_test_run_opts(int fd, _Inout_ bpf_test_run_opts *options)'),
    processors: lib.func('int libbpf_num_possible_cpus(void)'),
    updateElement: lib.func(
      'int bpf_map_update_elem(int fd, const uint32_t *key, const uint32_t *value, uint64_t flags)',
    ),
    deleteElement: lib.func('int bpf_map_delete_elem(int fd, const uint32_t *key)'),
    /** The same with bytes. */
    updateBytes: lib.func('int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags)'),
    lookUpBytes: lib.func('int bpf_map_lookup_elem(int fd, const void *key, void *value)'),
    deleteBytes: lib.func('int bpf_map_delete_elem(int fd, const void *key)'),
    nextKey: lib.func('int bpf_map_get_next_key(int fd, const void *key, void *next)'),
  };
});

export const xdpFlag = { updateIfNoExist: 1, generic: 2, native: 4, offload: 8 } as const;
