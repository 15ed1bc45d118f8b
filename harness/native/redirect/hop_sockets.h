/* SPDX-License-Identifier: MIT */
#ifndef HOP_SOCKETS_H
#define HOP_SOCKETS_H

#include <net/xdp_sock_drv.h>

#include "xsk_flash.h"
#include "xsk_queue_shared.h"

#include "hop.h"

/* Frames that a program has in hand, the oldest first. */
struct hop_frames {
	u64 addrs[2 * HOP_FRAMES];
	u32 first, cnt;
};

/* A socket with a pool of its own, and the program that has it. */
struct hop_end {
	struct xdp_sock xs;
	struct xsk_buff_pool pool;
	struct xsk_flash flash;
	struct xsk_flash_pool fp;
	struct xsk_redirect_batch batch;
	struct net_device netdev;
	struct hop_frames frames;
	u32 first_frame, nr_frames;	/* the numbers of those that may come here */
	/* What user space knows of its sides of the rings. */
	u32 tx, rx, fill, cq;
};

struct hop {
	struct hop_end source, target;
	struct xdp_umem umems[2];	/* the second one if packets are copied */
	struct xsk_route *route;
	u32 bytes, sent, received;
};

static inline void hop_frames__put(struct hop_frames *frames, u64 addr)
{
	frames->addrs[(frames->first + frames->cnt++) % (2 * HOP_FRAMES)] = addr;
}

static inline u64 hop_frames__take(struct hop_frames *frames)
{
	frames->cnt--;
	return frames->addrs[frames->first++ % (2 * HOP_FRAMES)];
}

#endif
