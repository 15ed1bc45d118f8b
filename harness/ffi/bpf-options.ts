import koffi from 'koffi';

const u32 = 'uint32_t';

/*
 * Structs whose first field says how long they are: libbpf takes shorter ones than its own, so a newer version may
 * have more fields.
 */
export const bpfOptions = {
  open: koffi.struct('bpf_object_open_opts', {
    ...{ sz: 'size_t', object_name: 'const char *', relaxed_maps: 'bool', pin_root_path: 'const char *' },
    ...{ unused: u32, kconfig: 'const char *', btf_custom_path: 'const char *' },
    ...{ kernel_log_buf: 'void *', kernel_log_size: 'size_t', kernel_log_level: u32 },
  }),
  link: koffi.struct('bpf_link_create_opts', { sz: 'size_t', flags: u32 }),
  query: koffi.struct('bpf_xdp_query_opts', {
    ...{ sz: 'size_t', prog_id: u32, drv_prog_id: u32, hw_prog_id: u32, skb_prog_id: u32, attach_mode: 'uint8_t' },
  }),
  testRun: koffi.struct('bpf_test_run_opts', {
    ...{ sz: 'size_t', data_in: 'const void *', data_out: 'void *', data_size_in: u32, data_size_out: u32 },
    ...{ ctx_in: 'const void *', ctx_out: 'void *', ctx_size_in: u32, ctx_size_out: u32 },
    ...{ retval: u32, repeat: 'int', duration: u32, flags: u32, cpu: u32, batch_size: u32 },
  }),
} as const;

/** Of struct bpf_prog_info what comes before the name. */
koffi.struct('bpf_prog_info', {
  ...{ type: u32, id: u32, tag: koffi.array('uint8_t', 8), jited_prog_len: u32, xlated_prog_len: u32 },
  ...{ jited_prog_insns: 'uint64_t', xlated_prog_insns: 'uint64_t', load_time: 'uint64_t', created_by_uid: u32 },
  ...{ nr_map_ids: u32, map_ids: 'void *' },
});

/** The options with their length. */
export function sized(kind: keyof typeof bpfOptions, options: Readonly<Record<string, unknown>>): object {
  return { sz: koffi.sizeof(bpfOptions[kind]), ...options };
}
