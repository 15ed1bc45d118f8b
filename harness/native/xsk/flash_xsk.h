/* SPDX-License-Identifier: MIT */
/*
 * AF_XDP sockets, for programs that work on packets.
 *
 *	kernel				program				kernel
 *
 *	  RX  --- receive --->	packets --- send -------------------->	  TX
 *	  FQ  <-- fill -------	free frames <-- reclaim --------------	  CQ
 *
 * A program creates a UMEM, the list of the frames it holds, and sockets on them. An XDP program hands
 * the packets of a device to the sockets. From then on it is the same few calls again and again:
 *
 *	struct flash_packet packets[32];
 *	__u32 count = flash_socket__receive(socket, packets, 32);
 *
 *	for (__u32 i = 0; i < count; i++)
 *		work_on(packets[i].data, packets[i].len);
 *	sent = flash_socket__send(socket, packets, count);
 *	flash_socket__kick_tx(socket);
 *	flash_socket__recycle(socket);
 *
 * and poll() on flash_socket__fd() when there is nothing to do.
 *
 * Errors: what can fail returns 0 or -errno, and what it was to create is then NULL. What moves packets
 * or frames returns how many it moved.
 *
 * Ownership: a frame is in one place, on a ring, in a list of free frames, or a packet of the program.
 * Objects are destroyed by who created them, after the objects that were created with them. Destroying
 * NULL does nothing.
 *
 * Threads and processes: nothing is locked. A socket and its free frames are for one thread at a time.
 * A UMEM is for any number of sockets, those of other threads and of processes forked later as well:
 * all see the same memory, and each thread has a list of free frames of its own.
 *
 * Sizes of frames are bytes, sizes of rings are entries; both are powers of two. An address is an
 * offset in the UMEM.
 */
#ifndef FLASH_XSK_H
#define FLASH_XSK_H

#include <stdbool.h>
#include <xdp/xsk.h>

struct flash_umem;
struct flash_frames;
struct flash_socket;
struct flash_xdp;

/* A frame with a packet in it, or one for a packet. A packet is in one frame. */
struct flash_packet {
	void *data;
	__u64 addr;	/* of the data */
	__u32 len;
};

/* UMEM: the memory that packets live in, in frames numbered from 0. */

struct flash_umem_opts {
	__u32 frame_count;
	__u32 frame_size;
	__u32 ring_size;	/* of the fill and the completion ring of each socket */
};

int flash_umem__create(struct flash_umem **umem, const struct flash_umem_opts *opts);
void flash_umem__destroy(struct flash_umem *umem);
/* Has this process map the memory now, not when it touches a packet: for who was forked. */
int flash_umem__populate(const struct flash_umem *umem);
void *flash_umem__data(const struct flash_umem *umem, __u64 addr);
/* The address of the frame that @addr is in. */
__u64 flash_umem__frame(const struct flash_umem *umem, __u64 addr);
__u32 flash_umem__frame_size(const struct flash_umem *umem);
__u32 flash_umem__frame_count(const struct flash_umem *umem);

/* Free frames: those that are on no ring and have no packet. The last one in is the first one out. */

/* Empty, with room for @capacity: the frames of the whole UMEM may come together in one list. */
int flash_frames__create(struct flash_frames **frames, const struct flash_umem *umem,
			 __u32 capacity);
void flash_frames__destroy(struct flash_frames *frames);
/*
 * Adds @count frames from number @first on, at the beginning, when they belong to nobody. Fails with
 * -EINVAL if the UMEM has no such frames, with -ENOSPC if there is no room.
 */
int flash_frames__add(struct flash_frames *frames, __u32 first, __u32 count);
__u32 flash_frames__move(struct flash_frames *to, struct flash_frames *from, __u32 max);
/* Makes packets of them. Their data begins where the frame does; their len is 0. */
__u32 flash_frames__take(struct flash_frames *frames, struct flash_packet *packets, __u32 max);
/* Takes back the frame that @addr is in. */
void flash_frames__put(struct flash_frames *frames, __u64 addr);
/* How many there are, and their addresses. */
__u32 flash_frames__count(const struct flash_frames *frames);
const __u64 *flash_frames__addrs(const struct flash_frames *frames);
/* How many came back that there was no room for: with room for all, somebody doubled frames. */
__u64 flash_frames__surplus(const struct flash_frames *frames);

/* Sockets: each is bound to a queue of a device. */

enum flash_mode {
	FLASH_MODE_AUTO,	/* zero-copy if the driver can, copy if not */
	FLASH_MODE_COPY,
	FLASH_MODE_ZERO_COPY,
};

struct flash_socket_opts {
	const char *ifname;
	__u32 queue;
	__u32 ring_size;	/* of RX and TX */
	enum flash_mode mode;
	bool busy_poll;		/* system calls run the driver's NAPI poll */
	/*
	 * How long to wait for a queue that is in use, instead of failing with -EBUSY: the kernel lets go
	 * of a queue some time after the process that had it has ended.
	 */
	__u32 queue_wait_ms;
	/*
	 * A socket on the same queue and UMEM, which is destroyed later. The new one has no RX, and uses
	 * the fill and completion ring of that one.
	 */
	const struct flash_socket *beside;
};

/* @frames are those that reclaim() adds to and fill() takes from. Sockets of a thread may share them. */
int flash_socket__create(struct flash_socket **socket, struct flash_umem *umem,
			 struct flash_frames *frames, const struct flash_socket_opts *opts);
void flash_socket__destroy(struct flash_socket *socket);
int flash_socket__fd(const struct flash_socket *socket);

/* RX to packets, which are the caller's from then on. */
__u32 flash_socket__receive(struct flash_socket *socket, struct flash_packet *packets, __u32 max);
/* Packets to TX, the first ones, as many as there is room for; they are no longer the caller's. */
__u32 flash_socket__send(struct flash_socket *socket, const struct flash_packet *packets,
			 __u32 count);
/* The completion ring to free frames. */
__u32 flash_socket__reclaim(struct flash_socket *socket, __u32 max);
/* Free frames to the fill ring, as many as there is room for. */
__u32 flash_socket__fill(struct flash_socket *socket);

__u32 flash_socket__tx_room(struct flash_socket *socket);
/* On TX, not yet taken by the kernel. */
__u32 flash_socket__tx_pending(const struct flash_socket *socket);
/* Whether the kernel wants to be called for what is on TX. It may be going on with it by itself. */
bool flash_socket__tx_wants_kick(const struct flash_socket *socket);

/*
 * Has the kernel send what is on TX, if it wants to be called for that; on a socket that polls busily
 * in any case. Calls until the kernel has all, which in copy mode takes 32 packets at a time. Returns
 * 0 when a call succeeded or none was wanted, -EAGAIN if the kernel takes no more for now, -ENETDOWN
 * if the device is down, or another -errno. What is left stays on TX, for poll(POLLOUT) or the next
 * kick.
 */
int flash_socket__kick_tx(struct flash_socket *socket);
/* Tells the kernel of new frames, or room on RX, if it wants to be told: packets may wait for those. */
int flash_socket__kick_rx(struct flash_socket *socket);
/* reclaim(), fill() and kick_rx(), whose result it returns. */
int flash_socket__recycle(struct flash_socket *socket);

/* For who works on the rings by libxdp's xsk_ring_*(); they are the socket's. */
struct flash_rings {
	struct xsk_ring_prod *fill, *tx;
	struct xsk_ring_cons *completion, *rx;	/* rx is NULL if there is none */
};

const struct flash_rings *flash_socket__rings(const struct flash_socket *socket);

/* XDP: the program on a device that hands its packets to sockets. */

/*
 * Loads @object, which is to have a program xsk_redirect and an XSKMAP xsks, as bpf/xsk_redirect.bpf.c
 * has, and attaches the program in driver mode. It stays until detach() or the end of the process,
 * however that comes.
 */
int flash_xdp__attach(struct flash_xdp **xdp, const char *ifname, const char *object);
/* From now on packets of the socket's queue go to it. */
int flash_xdp__add(const struct flash_xdp *xdp, const struct flash_socket *socket);
void flash_xdp__detach(struct flash_xdp *xdp);

#endif
