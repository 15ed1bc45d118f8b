/* SPDX-License-Identifier: MIT */
/* What headers of the kernel mention. No driver is here to use it. */
#ifndef SHIM_NET_XDP_H
#define SHIM_NET_XDP_H

#include <linux/list.h>

#define XDP_PACKET_HEADROOM	256
#define XDP_WAKEUP_RX		BIT(0)
#define XDP_WAKEUP_TX		BIT(1)

#define IFF_UP			BIT(0)

struct net_device;

struct net_device_ops {
	int (*ndo_xsk_wakeup)(struct net_device *dev, u32 queue_id, u32 flags);
};

struct net_device {
	u32 flags, xdp_zc_max_segs;
	const struct net_device_ops *netdev_ops;
};

static inline bool netif_device_present(const struct net_device *dev)
{
	return true;
}

struct xdp_rxq_info;

struct skb_shared_info {
	u8 nr_frags;
};

struct xdp_buff {
	void *data, *data_end, *data_meta, *data_hard_start;
	u32 flags, frame_sz;
};

#define xdp_buff_has_frags(xdp)			((xdp)->flags & 1)
#define xdp_get_shared_info_from_buff(xdp)	((struct skb_shared_info *)(xdp)->data_end)

bool __xdp_buff_add_frag(struct xdp_buff *xdp, const void *netmem, unsigned long offset, u32 size, u32 truesize,
			 bool try_coalesce);
#define virt_to_netmem(p)	(p)
#define offset_in_page(p)	((unsigned long)(p) & (PAGE_SIZE - 1))

#endif
