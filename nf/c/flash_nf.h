/* SPDX-License-Identifier: MIT */
/*
 * Ports: a socket of a network function with all that belongs to it, in one call.
 *
 *	struct flash_port *port;
 *	int err = flash_port__join(&port, &(struct flash_join_opts) {
 *		.chain = "web", .function = "firewall" });
 *
 *	while (!err && !flash_port__leaving(port)) {
 *		count = flash_socket__receive(flash_port__socket(port), packets, 64);
 *		...					(as in flash_xsk.h)
 *		if (!count)
 *			err = flash_port__wait(port, &wait);
 *	}
 *	flash_port__close(port);
 *
 * A program with CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF opens a port itself. A program without any
 * privilege joins a chain: the monitor, who knows it by its user, hands it the descriptors. What a
 * program does with the port is the same in both cases.
 *
 * If the chain file says so, functions share a memory, and packets move between them without a copy. The
 * others can write to all packets then, at any time, so that they have to be trusted.
 *
 * Errors, ownership, threads and units are as in flash_xsk.h.
 */
#ifndef FLASH_NF_H
#define FLASH_NF_H

#include <flash_xsk.h>
#include <poll.h>

#ifdef __cplusplus
extern "C" {
#endif

struct flash_port;

struct flash_port_opts {
	const char *ifname;
	__u32 queue;
	__u32 frame_count;	/* 0: 4096 */
	__u32 frame_size;	/* 0: 2048 */
	__u32 ring_size;	/* 0: 2048, of all four rings */
	enum flash_mode mode;
	bool busy_poll;
	__u32 queue_wait_ms;
	/*
	 * What hands it the packets of its queue: a program to attach to the device, as for
	 * flash_xdp__attach(), or the path where the map of one is pinned that is attached already.
	 * Neither: it has only what sockets send to it.
	 */
	const char *xdp_object;
	const char *xskmap;
};

/* -EINVAL if both @xdp_object and @xskmap are given. */
int flash_port__open(struct flash_port **port, const struct flash_port_opts *opts);

#define FLASH_MONITOR_PATH "/run/flash/monitor.sock"

struct flash_join_opts {
	const char *monitor;	/* the path of its socket; NULL: FLASH_MONITOR_PATH */
	const char *chain;
	const char *function;
	/* Where to put the reason if the monitor refuses; NULL: nowhere. */
	char *why;
	size_t why_len;
	/* For how long to ask again if the monitor says -EAGAIN; 0: not at all. */
	__u32 wait_ms;
};

/*
 * -ENAMETOOLONG for names of more than 31 bytes, -EPROTO if the monitor says what this library does not
 * understand, -ETIMEDOUT if it says nothing, or the error for which it refuses: -ENOENT if there is no
 * such chain or function, -EACCES if it may not be this program, -EBUSY if another one is it already, -EAGAIN
 * if the kernel has not given back the queue of the one before, or the user has asked too often.
 */
int flash_port__join(struct flash_port **port, const struct flash_join_opts *opts);

/* The function has left the chain then: what is on its rings is lost. */
void flash_port__close(struct flash_port *port);

struct flash_socket *flash_port__socket(const struct flash_port *port);
struct flash_frames *flash_port__frames(const struct flash_port *port);
const struct flash_umem *flash_port__umem(const struct flash_port *port);
/* How many targets there are to choose from, see struct flash_packet. 1 for who opened the port itself. */
__u32 flash_port__edges(const struct flash_port *port);
/*
 * Whether the monitor wants it to go: nothing more is sent to it. It works on what is on RX, has what is
 * on TX sent, and closes the port.
 */
bool flash_port__leaving(const struct flash_port *port);
/* Whether there is a monitor that knows of it. If not, wait() looks for one every second. */
bool flash_port__monitored(const struct flash_port *port);

/*
 * flash_socket__wait() on its socket, that hears the monitor meanwhile: it also returns, with 0, when
 * edges() or leaving() have changed. The fd of @opts is not used. The chain goes on without a monitor.
 */
int flash_port__wait(struct flash_port *port, const struct flash_wait_opts *opts);

/*
 * The same for a program that sleeps in an event loop of its own:
 *
 *	while (!(result = flash_port__prepare(port, busy_us, &sleep)))
 *		(sleep until one of sleep.fds has its events, but no longer than sleep.timeout_ms)
 */
struct flash_sleep {
	struct pollfd fds[2];
	__u32 count;		/* of fds */
	int timeout_ms;		/* 1000 at most; 0: not at all, while it looks busily */
};

enum flash_prepared {
	FLASH_MAY_SLEEP,
	FLASH_READY,		/* there are packets, or room on a TX that was full */
	FLASH_CHANGED,		/* edges() or leaving() has changed; the latter stays so */
};

/*
 * Does all that is to be done before a program may sleep, and never sleeps. Returns one of the above, or
 * -errno as flash_port__wait() does; -ENXIO comes within a second after the device has gone.
 */
int flash_port__prepare(struct flash_port *port, __u32 busy_us, struct flash_sleep *sleep);

#ifdef __cplusplus
}
#endif

#endif
