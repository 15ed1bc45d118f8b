/* SPDX-License-Identifier: MIT */
/* AF_XDP sockets with their four rings, and the frames of who owns them. */
#ifndef FLASH_XSK_H
#define FLASH_XSK_H

#include <xdp/xsk.h>

#include "../hops/hops.h"

/* Memory that packets live in, which processes forked later see as well. */
struct umem {
	struct xsk_umem *umem;
	void *area;
	uint64_t size;
};

/* Those a stage holds itself. */
struct frames {
	uint64_t *free;
	uint32_t count, capacity;
};

struct port {
	struct xsk_socket *xsk;
	int fd;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons completion, rx;
	struct frames *frames;
	char *area;
	bool always_kick;	/* the kernel is asked to send, whether it wants to be or not */
	bool to_device;		/* copy mode: one call sends 32 packets at most */
};

/* All that can fail return 0 or -errno. */

/* Its fill and completion ring are those of the socket that is opened first, @first. */
int umem__create(struct umem *umem, uint32_t frames, uint32_t ring_size, struct port *first);
/* In a process forked later: has it mapped now and not when a packet is touched. */
void umem__populate(const struct umem *umem);
void umem__destroy(struct umem *umem);

int frames__create(struct frames *frames, uint32_t capacity);
void frames__put(struct frames *frames, uint64_t addr);

int port__open(struct port *port, const struct hops_options *options, const struct umem *umem,
	       struct frames *frames, const char *ifname, uint32_t queue);
void port__close(struct port *port);
void port__reclaim(struct port *port);	/* completion ring to free frames */
/* Free frames to the fill ring, as many as fit; tells the kernel if it wants to be told. */
void port__fill(struct port *port);
uint32_t port__receive(struct port *port, struct packet *packets, uint32_t max);
uint32_t port__allocate(struct port *port, struct packet *packets, uint32_t max, uint32_t bytes);
/* Puts packets on TX, as many as fit, and tells the kernel if it wants to be told. */
uint32_t port__send(struct port *port, const struct packet *packets, uint32_t count);
/* Has the kernel go on with what is on TX. */
void port__kick(struct port *port);
uint32_t port__tx_pending(const struct port *port);

#endif
