/* SPDX-License-Identifier: MIT */
#ifndef FLASH_XSK_INTERNAL_H
#define FLASH_XSK_INTERNAL_H

#include "flash_xsk.h"

struct ring_pair {
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completion;
};

struct flash_umem {
	struct xsk_umem *umem;
	void *area;
	__u64 size;
	__u32 frame_size;
	/*
	 * libxdp makes a pair together with the UMEM, for the first socket. Attempts to create that one
	 * have to pass this pair, and no copy of it: libxdp unmaps other ones when it fails.
	 */
	struct ring_pair *first;
};

struct flash_frames {
	const struct flash_umem *umem;
	__u32 count, capacity;
	__u64 surplus;
	__u64 addrs[];
};

struct flash_socket {
	struct xsk_socket *xsk;
	int fd;
	bool busy_poll;
	const struct flash_umem *umem;
	struct flash_frames *frames;
	struct flash_rings rings;
	struct xsk_ring_prod tx;
	struct xsk_ring_cons rx;
	struct ring_pair *pair;		/* NULL if it is that of the socket beside */
};

#endif
