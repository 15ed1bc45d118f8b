/* SPDX-License-Identifier: MIT */
#ifndef SHIM_XDP_SOCK_H
#define SHIM_XDP_SOCK_H

#include <linux/types.h>

struct sock;
struct xsk_map;
struct xsk_queue;

struct net_device {
	u32 xdp_zc_max_segs;
};

/* What net/xdp/xsk.h and net/xdp/xsk_queue.h look at. */
struct xdp_sock {
	struct xsk_queue *tx;
	bool drain_cont;
	enum {
		XSK_READY = 0,
		XSK_BOUND,
		XSK_UNBOUND,
	} state;
};

#endif
