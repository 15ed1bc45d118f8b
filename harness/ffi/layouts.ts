import koffi from 'koffi';

const u16 = 'uint16_t';
const u32 = 'uint32_t';
const u64 = 'uint64_t';
const text = 'const char *';

const pollfd = koffi.struct('pollfd', { fd: 'int', events: 'short', revents: 'short' });
const xdpStatistics = koffi.struct('xdp_statistics', {
  ...{ rx_dropped: u64, rx_invalid_descs: u64, tx_invalid_descs: u64 },
  ...{ rx_ring_full: u64, rx_fill_ring_empty_descs: u64, tx_ring_empty_descs: u64 },
});
const xdpRingOffset = koffi.struct('xdp_ring_offset', { producer: u64, consumer: u64, desc: u64, flags: u64 });

/** The structs of <linux/if_xdp.h>, <poll.h>, <xdp/xsk.h> and nf/c; a test compares them with C. */
export const layouts = {
  xdp_desc: koffi.struct('xdp_desc', { addr: u64, len: u32, options: u32 }),
  xdp_umem_reg: koffi.struct('xdp_umem_reg', { addr: u64, len: u64, chunk_size: u32, headroom: u32, flags: u32 }),
  sockaddr_xdp: koffi.struct('sockaddr_xdp', {
    ...{ sxdp_family: u16, sxdp_flags: u16, sxdp_ifindex: u32 },
    ...{ sxdp_queue_id: u32, sxdp_shared_umem_fd: u32 },
  }),
  xdp_ring_offset: xdpRingOffset,
  xdp_mmap_offsets: koffi.struct('xdp_mmap_offsets', {
    rx: xdpRingOffset,
    tx: xdpRingOffset,
    fr: xdpRingOffset,
    cr: xdpRingOffset,
  }),
  xdp_statistics: xdpStatistics,
  pollfd,
  xsk_ring_prod: ringStruct('xsk_ring_prod'),
  xsk_ring_cons: ringStruct('xsk_ring_cons'),
  xsk_umem_config: koffi.struct('xsk_umem_config', {
    fill_size: u32,
    comp_size: u32,
    frame_size: u32,
    frame_headroom: u32,
    flags: u32,
  }),
  xsk_socket_config: koffi.struct('xsk_socket_config', {
    rx_size: u32,
    tx_size: u32,
    libxdp_flags: u32,
    xdp_flags: u32,
    bind_flags: u16,
  }),
  flash_packet: koffi.struct('flash_packet', { data: u64, addr: u64, len: u32, edge: u32 }),
  flash_stats: koffi.struct('flash_stats', {
    ...{ rx_packets: u64, rx_bytes: u64, tx_packets: u64, tx_bytes: u64, tx_full: u64 },
    ...{ kicks: u64, sleeps: u64, busy_waits: u64, kernel: xdpStatistics },
  }),
  flash_port_opts: koffi.struct('flash_port_opts', {
    ...{ ifname: text, queue: u32, frame_count: u32, frame_size: u32, ring_size: u32 },
    ...{ mode: 'int', busy_poll: 'bool', queue_wait_ms: u32, xdp_object: text, xskmap: text },
  }),
  flash_join_opts: koffi.struct('flash_join_opts', {
    ...{ monitor: text, chain: text, function: text },
    ...{ why: 'void *', why_len: 'size_t', wait_ms: u32 },
  }),
  flash_sleep: koffi.struct('flash_sleep', { fds: koffi.array(pollfd, 2), count: u32, timeout_ms: 'int' }),
} as const;

function ringStruct(name: string) {
  return koffi.struct(name, {
    ...{ cached_prod: u32, cached_cons: u32, mask: u32, size: u32 },
    ...{ producer: 'void *', consumer: 'void *', ring: 'void *', flags: 'void *' },
  });
}
