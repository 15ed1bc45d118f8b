/* SPDX-License-Identifier: MIT */
#ifndef SHIM_XSK_BUFF_POOL_H
#define SHIM_XSK_BUFF_POOL_H

#include <errno.h>
#include <linux/if_xdp.h>
#include <linux/overflow.h>
#include <net/xdp_sock.h>

/* What net/xdp/xsk_queue.h validates descriptors against. */
struct xsk_buff_pool {
	struct net_device *netdev;
	u64 addrs_cnt;
	u32 chunk_size;
	u8 tx_metadata_len;
	bool unaligned;
};

static inline bool xp_mb_desc(const struct xdp_desc *desc)
{
	return desc->options & XDP_PKT_CONTD;
}

/* No pool here is unaligned. */
static inline u64 xp_unaligned_add_offset_to_addr(u64 addr)
{
	return addr;
}

static inline bool xp_desc_crosses_non_contig_pg(struct xsk_buff_pool *pool, u64 addr, u32 len)
{
	return false;
}

#endif
