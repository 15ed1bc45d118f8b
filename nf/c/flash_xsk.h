/* SPDX-License-Identifier: MIT */
/*
 * AF_XDP sockets, for programs that work on packets.
 *
 *	kernel				program				kernel
 *
 *	  RX  --- receive --->	packets --- send -------------------->	  TX
 *	  FQ  <-- fill -------	free frames <-- reclaim --------------	  CQ
 *
 * A program creates a UMEM, a list of the free frames that it has there, and sockets. An XDP program
 * hands the packets of a device to them. From then on it is the same few calls again and again,
 *
 *	struct flash_packet packets[32];
 *	__u32 count = flash_socket__receive(socket, packets, 32), sent;
 *
 *	for (__u32 i = 0; i < count; i++)
 *		work_on(packets[i].data, packets[i].len);
 *	sent = flash_socket__send(socket, packets, count);
 *	for (__u32 i = sent; i < count; i++)
 *		flash_frames__put(frames, packets[i].addr);	(no room: dropped here)
 *	flash_socket__kick_tx(socket);
 *	flash_socket__recycle(socket);
 *
 * and flash_socket__wait() when there is nothing to do.
 *
 * Errors: what can fail returns 0 or -errno; if it was to create something, that is NULL then. What
 * moves packets or frames returns how many it moved, which may be none.
 *
 * Ownership: a frame is in one place: on a ring, in a list of free frames, or a packet that the program
 * has. Who creates an object destroys it, after those that were created on it. Destroying NULL does
 * nothing.
 *
 * Threads and processes: nothing is locked. A socket and its list of frames are for one thread at a
 * time. A UMEM may have sockets of many threads, each with a list of its own, but is for one thread at
 * a time while that creates or destroys one. It may have sockets of processes, which see the same
 * memory, if they were forked after it got its first one. Programs that are executed inherit nothing.
 *
 * Units: frames and packets in bytes, rings in entries, both sizes of frames and of rings powers of
 * two. An address is an offset in the UMEM.
 */
#ifndef FLASH_XSK_H
#define FLASH_XSK_H

#include <stdbool.h>
#include <xdp/xsk.h>

#ifdef __cplusplus
extern "C" {
#endif

struct flash_umem;
struct flash_frames;
struct flash_socket;
struct flash_xdp;

/* A frame with a packet in it, or one for a packet. A packet is in one frame. */
struct flash_packet {
	void *data;
	__u64 addr;	/* of the data */
	__u32 len;
	/*
	 * Which target of the socket's route send() gives it to, from 0 on, as received 0. Without a route
	 * there is none but 0: the kernel refuses the packet otherwise.
	 */
	__u32 edge;
};

enum { FLASH_MAX_EDGES = 64 };

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

/* Lists of free frames. The last one in is the first one out. */

/* Empty, with room for @capacity. All frames of a UMEM may come together in one list. */
int flash_frames__create(struct flash_frames **frames, const struct flash_umem *umem,
			 __u32 capacity);
void flash_frames__destroy(struct flash_frames *frames);
/*
 * Adds @count frames of a new UMEM, which belong to nobody yet, from number @first on. -EINVAL if there
 * are no such frames, -ENOSPC if there is no room for them.
 */
int flash_frames__add(struct flash_frames *frames, __u32 first, __u32 count);
/* Moves frames to the list of somebody else. */
__u32 flash_frames__move(struct flash_frames *to, struct flash_frames *from, __u32 max);
/* Frames to packets. Their data begins where the frame does, and their len is 0. */
__u32 flash_frames__take(struct flash_frames *frames, struct flash_packet *packets, __u32 max);
/* A packet to a frame: the one that @addr is in. */
void flash_frames__put(struct flash_frames *frames, __u64 addr);
/* Packets that are not wanted any more to free frames. */
void flash_frames__release(struct flash_frames *frames, const struct flash_packet *packets,
			   __u32 count);
/*
 * How many packets the program has: those that it took or received, and neither sent nor gave back. No
 * frame of theirs can be filled.
 */
__s64 flash_frames__held(const struct flash_frames *frames);
/* How many there are, and the address of each. */
__u32 flash_frames__count(const struct flash_frames *frames);
const __u64 *flash_frames__addrs(const struct flash_frames *frames);
/* How many came back that there was no room for. If there is room for all, some came back twice. */
__u64 flash_frames__surplus(const struct flash_frames *frames);

/* Sockets: each is bound to a queue of a device. */

/* All sockets of a UMEM have the mode of the first one: to ask for the other one is -EINVAL. */
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
	 * How long to wait for a queue that is in use, before that is -EBUSY: the kernel lets go of a
	 * queue some time after the process that had it has ended.
	 */
	__u32 queue_wait_ms;
	/*
	 * A socket on the same queue and UMEM, which is destroyed after the new one. The new one has no
	 * RX, and has fill and completion ring in common with that one: both are for the same thread.
	 * -EINVAL if it is elsewhere. Without it, -EBUSY if the UMEM has a socket there.
	 */
	const struct flash_socket *beside;
};

/*
 * @frames is what reclaim() adds to and fill() takes from. Sockets of one thread may share it.
 * The device is one of the caller's network namespace; sockets of a UMEM may be in different ones.
 */
int flash_socket__create(struct flash_socket **socket, struct flash_umem *umem,
			 struct flash_frames *frames, const struct flash_socket_opts *opts);
/* The frames on its rings are in no list then. */
void flash_socket__destroy(struct flash_socket *socket);
int flash_socket__fd(const struct flash_socket *socket);

/* RX to packets. */
__u32 flash_socket__receive(struct flash_socket *socket, struct flash_packet *packets, __u32 max);
/* Packets to TX, from the first one on, as many as there is room for. */
__u32 flash_socket__send(struct flash_socket *socket, const struct flash_packet *packets,
			 __u32 count);
/* The completion ring to free frames. */
__u32 flash_socket__reclaim(struct flash_socket *socket, __u32 max);
/* Free frames to the fill ring, as many as there is room for. */
__u32 flash_socket__fill(struct flash_socket *socket);

/*
 * How many packets TX takes, and how many are there that the kernel has not taken. A socket whose
 * program was told that there is no room, here or by send(), is blocked, until wait() sees some: who
 * forwards from one socket to another waits for the second alone while that is blocked.
 */
__u32 flash_socket__tx_room(struct flash_socket *socket);
bool flash_socket__blocked(const struct flash_socket *socket);
__u32 flash_socket__tx_pending(const struct flash_socket *socket);
/* Whether the kernel wants to be called for those. If not, it goes on with them by itself. */
bool flash_socket__tx_wants_kick(const struct flash_socket *socket);

/*
 * Has the kernel go on with what is on TX, if it wants to be called for that; on a socket that polls
 * busily, always. As a call in copy mode takes no more than 32 packets, it calls as often as that has
 * an effect. Returns 0 if a call succeeded or none was wanted, -EAGAIN if the kernel takes no more for
 * now, -ENETDOWN while the device is down, or another -errno. What it did not take stays on TX: reclaim
 * and kick again, or poll(POLLOUT).
 */
int flash_socket__kick_tx(struct flash_socket *socket);
/* Tells the kernel of new frames and room on RX, if it wants to be told: packets may wait for them. */
int flash_socket__kick_rx(struct flash_socket *socket);
/* reclaim() all, fill(), and kick_rx(), whose result it returns. */
int flash_socket__recycle(struct flash_socket *socket);

/* Waiting */

struct flash_wait_opts {
	/*
	 * Look for packets this long after the last ones came, before sleeping: nothing is as quick, and it
	 * costs a processor. 0: sleep at once.
	 */
	__u32 busy_us;
	int timeout_ms;			/* from the call on; -1: for ever */
	const void *sigmask;		/* a sigset_t: while it sleeps, as for ppoll(); NULL: as it is */
	/* Wakes it when it becomes readable; -1 or 0: none. */
	int fd;
};

/*
 * Does all that is to be done before a program may sleep, recycle() and kick_tx() of each socket, and
 * waits until one of them has packets, or room on a TX that send() found full. @count is 64 at most.
 * Returns how many of them do, 0 if the time has passed or @fd is readable, or -errno: -EINTR if a
 * signal came. A device that is down is waited for; -ENXIO comes within a second after one has gone.
 *
 * A socket that is blocked asks for nothing but its room: what arrives there meanwhile stays on RX.
 */
int flash_socket__wait(struct flash_socket *const *sockets, __u32 count,
		       const struct flash_wait_opts *opts);

/* Statistics, since the socket was created. */

struct flash_stats {
	__u64 rx_packets, rx_bytes;
	__u64 tx_packets, tx_bytes;
	__u64 tx_full;		/* packets that send() had no room for */
	__u64 kicks;		/* system calls of kick_tx() and kick_rx() */
	__u64 sleeps;		/* of wait(), of a second at most, and how often it found work without */
	__u64 busy_waits;
	/* What the kernel counts, see <linux/if_xdp.h>. */
	struct xdp_statistics kernel;
};

int flash_socket__stats(const struct flash_socket *socket, struct flash_stats *stats);

/* The rings of a socket, for who works on them by libxdp's xsk_ring_*(). */
struct flash_rings {
	struct xsk_ring_prod *fill, *tx;
	struct xsk_ring_cons *completion, *rx;	/* rx is NULL if there is none */
};

const struct flash_rings *flash_socket__rings(const struct flash_socket *socket);

/* XDP: the program on a device that hands its packets to sockets. */

/*
 * Loads the file @object, and attaches its program xsk_redirect in driver mode. That is to look sockets
 * up in its map xsks, as bpf/xsk_redirect.bpf.c does. It stays until detach() or the end of the
 * process, however that comes, and of all processes that were forked in between.
 */
int flash_xdp__attach(struct flash_xdp **xdp, const char *ifname, const char *object);
/* From now on packets of the socket's queue go to it. */
int flash_xdp__add(const struct flash_xdp *xdp, const struct flash_socket *socket);
void flash_xdp__detach(struct flash_xdp *xdp);

#ifdef __cplusplus
}
#endif

#endif
