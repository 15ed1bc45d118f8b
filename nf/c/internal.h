/* SPDX-License-Identifier: MIT */
#ifndef FLASH_XSK_INTERNAL_H
#define FLASH_XSK_INTERNAL_H

#include "flash_xsk.h"

struct ring_pair {
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completion;
};

struct ring_mapping {
	void *start;
	size_t len;
};

struct flash_umem {
	/*
	 * From flash_umem__open() to flash_umem__close(). The kernel takes a new socket on the UMEM of one
	 * that is bound, and libxdp shows it the one behind xsk_umem__fd(): that is @shown.
	 */
	struct xsk_umem *umem;
	const struct flash_socket *shown;
	struct flash_socket *sockets;
	__u64 netns;			/* a cookie: of whoever opened it */
	void *area;
	__u64 size;
	__u32 frame_size, ring_size;
	/*
	 * Of a memory that functions share: a byte per frame, which says whose it is, and ours. NULL if all
	 * frames are ours.
	 */
	__u8 *owners, owner;
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
	__s64 held;
	__u64 addrs[];
};

struct flash_socket {
	struct xsk_socket *xsk;
	int fd;				/* never that of the UMEM */
	int rx_fd;			/* of the socket beside, if that is who has RX */
	bool busy_poll;
	struct flash_umem *umem;
	struct flash_socket *next;	/* of the same UMEM */
	__u64 netns;
	__u32 ifindex, queue;
	struct flash_frames *frames;
	struct flash_rings rings;
	struct xsk_ring_prod tx;
	struct xsk_ring_cons rx;
	struct ring_pair *pair;		/* NULL if it is that of the socket beside */
	bool blocked;			/* send() found TX full, and wait() has not seen room since */
	__u64 last_packet_ns, packets_seen;	/* when wait() last knew of some, and how many */
	__u64 checked_ns;			/* when prepare() last looked whether the device is there */
	bool looking;				/* prepare() has found nothing, and said to look again */
	struct flash_stats stats;	/* but what the kernel counts */
	/* Of a socket that somebody else opened: xsk is NULL then. */
	struct ring_mapping mappings[4];
};

/*
 * What comes from a ring is ours. Whoever sees that the ring was released sees this, too: it is said before.
 */
static inline void umem__own(const struct flash_umem *umem, __u64 addr)
{
	if (umem->owners && addr < umem->size)
		__atomic_store_n(&umem->owners[addr >> __builtin_ctz(umem->frame_size)], umem->owner,
				 __ATOMIC_RELAXED);
}

/* A frame that is no packet of the program: it comes from a ring. */
static inline void frames__add_addr(struct flash_frames *frames, __u64 addr)
{
	if (frames->count < frames->capacity)
		frames->addrs[frames->count++] = flash_umem__frame(frames->umem, addr);
	else
		frames->surplus++;
}

/* As flash_port__prepare(), but it knows of no monitor. */
int flash_socket__prepare(struct flash_socket *socket, __u32 busy_us, int *timeout_ms);

struct ring_sizes {
	__u32 rx, tx, fill, completion;
};

/* The memory and the socket behind descriptors that somebody else opened, which stay his to close. */
int flash_umem__from_fd(struct flash_umem **umem, int fd, __u32 frame_size, __u32 frame_count);
/* Functions share the memory: what is behind @fd says whose each frame is. Returns 0 or -errno. */
int flash_umem__share(struct flash_umem *umem, int fd, __u8 owner);
/* Adds the frames that are said to be ours. -ENOSPC if there is no room for them. */
int flash_frames__add_own(struct flash_frames *frames);
int flash_socket__from_fd(struct flash_socket **socket, struct flash_umem *umem,
			  struct flash_frames *frames, int fd, const struct ring_sizes *sizes);
/* Lets go of the rings of such a socket. */
void flash_socket__unmap(struct flash_socket *socket);

/* Registers the memory, for sockets in the network namespace @netns. Returns 0 or -errno. */
int flash_umem__open(struct flash_umem *umem, __u64 netns);
/* There are no sockets: lets go of everything but the memory itself. */
void flash_umem__close(struct flash_umem *umem);
/* Has new sockets join @socket, which is bound. Returns 0 or -errno. */
int flash_umem__show(struct flash_umem *umem, const struct flash_socket *socket);
/* That of the calling thread's network namespace. Returns 0 or -errno. */
int flash_netns__cookie(__u64 *cookie);

#endif
