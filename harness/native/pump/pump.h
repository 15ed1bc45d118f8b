/* SPDX-License-Identifier: MIT */
/*
 * pump: plain AF_XDP programs that make traffic and measure it. They know nothing of redirects; who
 * starts them sets the routes once they say "ready PID", and lets them go with SIGUSR1.
 */
#ifndef PUMP_H
#define PUMP_H

#include <stdbool.h>

#include "flash_xsk.h"

#define PUMP_FRAMES		1024
#define PUMP_FRAME_SIZE		2048
#define PUMP_MAX_HELD		(2 * PUMP_FRAMES)	/* more than there are, to see doubled ones */
#define PUMP_MAX_SOURCES	8
/* In a packet: its source, then its number there. */
#define PUMP_NUMBER_OFFSET	16
#define PUMP_UDP_NUMBER_OFFSET	48

/* One socket with its UMEM, or somebody else's, and the frames it holds. */
struct end {
	struct flash_umem *umem;
	struct flash_frames *frames;
	struct flash_socket *socket;
	const struct flash_rings *rings;
	bool owns_umem;
	__u32 packet_bytes;
	__u32 number_offset;
	__u32 source;			/* its number, written to what it sends */
	__u64 sent, received;
	__u32 out;			/* sent, and not given back by end__reclaim() */
	__u64 reordered;		/* packets that came after a later one of their source */
	__u64 next[PUMP_MAX_SOURCES];	/* what is expected of each source */
	struct flash_packet packets[PUMP_MAX_HELD];	/* on their way to or from a ring */
};

struct pump_options;

/* Returns 0 or -errno. Without @owner the end has a UMEM of its own. */
int end__open(struct end *end, const struct pump_options *options, __u32 queue,
	      struct end *owner);
void end__close(struct end *end);
int end__fd(const struct end *end);

/* All of these return how many frames they moved. */
__u32 end__send(struct end *end, __u32 max);	/* free frames to TX, as packets */
/* The same, but no more than the completion ring can give back: else a driver stalls while the end sleeps. */
__u32 end__send_within(struct end *end, __u32 max);
__u32 end__fill(struct end *end);		/* free frames to the fill ring, as many as fit */
__u32 end__receive(struct end *end);		/* RX to free frames */
__u32 end__reclaim(struct end *end);		/* completion ring to free frames */

/* A source and a target; says what went wrong. Returns 0 or -errno. */
int pair__open(struct end *source, struct end *target, const struct pump_options *options);

__u64 now_ns(void);
/* Returns 0 or -errno. */
int wait_for_start(void);
int wait_to_go_on(void);

struct pump_options {
	const char *ifname;
	const char *target_ifname;	/* of a pair; else both are on neighbouring queues of one */
	__u32 queue;
	__u32 ring_size;
	__u32 packet_bytes;
	__u32 batch;
	__u32 rounds;
	__u32 sources;
	const char *wait;		/* how a source sleeps */
	const char *target;		/* what a target does besides */
	bool separate;
	bool wire;
	bool udp;			/* its packets are datagrams */
	bool zero_copy;
	bool busy_poll;
};

/* Each returns the exit code of the program. */
int pump_source(const struct pump_options *options);
int pump_target(const struct pump_options *options);
int pump_wake(const struct pump_options *options);
int pump_cost(const struct pump_options *options);
int pump_race(const struct pump_options *options);
int pump_sleep(const struct pump_options *options);
int pump_share(const struct pump_options *options);
int pump_hostile(const struct pump_options *options);

#endif
