/* SPDX-License-Identifier: MIT */
/*
 * A ring of the series has user space on one of its sides; here both sides are the kernel's, so each
 * has a struct xsk_queue of its own.
 */
#ifndef RING_SIDES_H
#define RING_SIDES_H

#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "xsk_queue_shared.h"

#include "rings.h"

struct sides {
	struct xsk_queue *prod, *cons;
	struct xsk_buff_pool pool;	/* against which a plain consumer validates */
	struct net_device netdev;
	struct xdp_sock xs;
};

static inline void sides__destroy(void *ring)
{
	struct sides *sides = ring;

	sides->cons->ring = NULL;
	xskq_destroy(sides->cons);
	xskq_destroy(sides->prod);
	kfree(sides);
}

static inline struct sides *sides__create(u32 entries, bool umem)
{
	struct sides *sides = kzalloc(sizeof(*sides), GFP_KERNEL);

	sides->prod = xskq_create(entries, umem);
	sides->cons = xskq_create(entries, umem);
	vfree(sides->cons->ring);
	sides->cons->ring = sides->prod->ring;
	sides->netdev.xdp_zc_max_segs = 1;
	sides->pool = (struct xsk_buff_pool) {
		.chunk_size = RINGS_FRAME_BYTES, .addrs_cnt = ~0ull, .netdev = &sides->netdev,
	};
	sides->xs.tx = sides->cons;
	return sides;
}

#endif
