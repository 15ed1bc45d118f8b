/* SPDX-License-Identifier: MIT */
/*
 * pump: plain AF_XDP programs that make traffic and measure it. They know nothing of redirects; who
 * starts them sets the routes once they say "ready PID", and lets them go with SIGUSR1.
 */
#ifndef PUMP_H
#define PUMP_H

#include <stdbool.h>
#include <xdp/xsk.h>

#define PUMP_FRAMES		1024
#define PUMP_FRAME_SIZE		2048

/* One socket with its UMEM, or somebody else's, and the frames it holds. */
struct end {
	struct xsk_umem *umem;
	struct xsk_socket *xsk;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons completion, rx;
	void *area;
	bool owns_umem;
	__u32 packet_bytes;
	__u32 free_count;
	__u64 free_frames[2 * PUMP_FRAMES];
	__u64 sent, received;
};

/* Returns 0 or -errno. Without @owner the end has a UMEM of its own. */
int end__open(struct end *end, const char *ifname, __u32 queue, __u32 ring_size,
	      struct end *owner);
void end__close(struct end *end);
int end__fd(const struct end *end);

/* All of these return how many frames they moved. */
__u32 end__send(struct end *end, __u32 max);	/* free frames to TX, as packets */
__u32 end__fill(struct end *end);		/* free frames to the fill ring, as many as fit */
__u32 end__receive(struct end *end);		/* RX to free frames */
__u32 end__reclaim(struct end *end);		/* completion ring to free frames */

__u64 now_ns(void);
/* Returns 0 or -errno. */
int wait_for_start(void);

struct pump_options {
	const char *ifname;
	__u32 queue;
	__u32 ring_size;
	__u32 packet_bytes;
	__u32 batch;
	__u32 rounds;
	bool separate;
	bool wire;
};

/* Each returns the exit code of the program. */
int pump_source(const struct pump_options *options);
int pump_target(const struct pump_options *options);
int pump_wake(const struct pump_options *options);
int pump_cost(const struct pump_options *options);

#endif
