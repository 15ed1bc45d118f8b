import koffi from 'koffi';

const u16 = 'uint16_t';
const u32 = 'uint32_t';
const u64 = 'uint64_t';

const xdpRingOffset = koffi.struct('xdp_ring_offset', { producer: u64, consumer: u64, desc: u64, flags: u64 });

/** The structs of <linux/if_xdp.h>, <poll.h> and <xdp/xsk.h>; a test compares them with C. */
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
  xdp_statistics: koffi.struct('xdp_statistics', {
    ...{ rx_dropped: u64, rx_invalid_descs: u64, tx_invalid_descs: u64 },
    ...{ rx_ring_full: u64, rx_fill_ring_empty_descs: u64, tx_ring_empty_descs: u64 },
  }),
  pollfd: koffi.struct('pollfd', { fd: 'int', events: 'short', revents: 'short' }),
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
} as const;

function ringStruct(name: string) {
  return koffi.struct(name, {
    ...{ cached_prod: u32, cached_cons: u32, mask: u32, size: u32 },
    ...{ producer: 'void *', consumer: 'void *', ring: 'void *', flags: 'void *' },
  });
}
