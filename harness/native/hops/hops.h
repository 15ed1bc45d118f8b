/* SPDX-License-Identifier: MIT */
/*
 * hops: a chain of processes that hand packets on, over what is to be measured.
 *
 *	source -> function 1 -> ... -> function N -> sink	N + 1 hops
 *
 * Each of them is a stage with a process of its own and runs the same loop whatever carries the
 * packets, the transport: take a batch, touch each packet, pass it on, wait when there is nothing to
 * do. Stages are numbered from 0, the source, to N + 1, the sink.
 */
#ifndef HOPS_H
#define HOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOPS_MAX_FUNCTIONS	16
#define HOPS_MAX_STAGES		(HOPS_MAX_FUNCTIONS + 2)
#define HOPS_MAX_BATCH		64
#define HOPS_FRAME_BYTES	2048

/* What a stage does when there is nothing to do. */
enum hops_wait {
	HOPS_SPIN,	/* asks again, after sched_yield() */
	HOPS_BLOCK,	/* sleeps until there is something (poll(), an eventfd, a futex) */
	HOPS_BUSY,	/* asks again by a system call that runs the driver's NAPI poll */
};

struct hops_options {
	uint32_t functions;
	uint32_t batch;		/* packets taken at a time, at most HOPS_MAX_BATCH */
	uint32_t bytes;		/* a packet, 64 to HOPS_FRAME_BYTES - 256 */
	uint32_t ring_size;	/* entries, a power of two */
	uint64_t rate;		/* packets per second from the source; 0: as many as are taken */
	uint32_t warm_up_ms, measure_ms;
	enum hops_wait wait;
	bool separate;		/* a UMEM or packet memory for each stage, where there is a choice */
	bool zero_copy;		/* binds AF_XDP sockets in zero-copy mode */
	bool stop_sink;		/* the sink takes nothing, so that the chain fills up */
	const char *xdp_object;	/* the compiled bpf/xsk_redirect.bpf.c, for transports that receive from devices */
	const char *const *ifnames;	/* each transport says which devices it wants, and in what order */
	uint32_t ifname_count;
};

struct packet {
	void *data;
	uint32_t bytes;
	uint64_t handle;	/* the transport's own */
};

/*
 * What carries packets from stage to stage. Functions that can fail return 0 or -errno, having said
 * on stderr what they tried. A process is one stage, so that a transport keeps its state in
 * static variables.
 */
struct transport {
	const char *name;
	const char *help;
	/* In the launcher, before it forks: what the stages share. May be NULL. */
	int (*create)(const struct hops_options *options);
	/* In the stage's own process. */
	int (*join)(const struct hops_options *options, uint32_t stage);
	/* Takes up to @max packets that arrived. Not called by the source. */
	uint32_t (*receive)(struct packet *packets, uint32_t max);
	/* Up to @max empty packets. Called by the source only. */
	uint32_t (*allocate)(struct packet *packets, uint32_t max);
	/* Passes on the first ones, as many as there is room for, in order; they are no longer the caller's. */
	uint32_t (*send)(const struct packet *packets, uint32_t count);
	/* Frees packets. Called by the sink only. */
	void (*release)(const struct packet *packets, uint32_t count);
	/*
	 * Nothing arrived (@for_packets), or not everything could be sent (@for_room): waits as the
	 * options say, for at most 10 ms. Also where a transport does what must be done regularly.
	 */
	void (*wait)(bool for_packets, bool for_room);
	/* In the launcher, after the last stage has ended. May be NULL. */
	void (*destroy)(void);
};

extern const struct transport transport_flash;	/* one AF_XDP socket a stage on queues 0.. of one device; routes are set by who starts hops */
extern const struct transport transport_veth;	/* AF_XDP over veth pairs: each stage sends on one device and receives on another */
extern const struct transport transport_vf;	/* AF_XDP over virtual functions: a device for each stage, and the switch of their NIC between them */
extern const struct transport transport_spsc;	/* shared memory: single-producer single-consumer rings of descriptors */
extern const struct transport transport_af_packet;	/* AF_PACKET, TPACKET_V3, over veth pairs */
extern const struct transport transport_memif;	/* DPDK's memif between processes */
extern const struct transport transport_dpdk_ring;	/* DPDK's net_ring between processes */

/* Those that are built in; the last one is NULL. */
extern const struct transport *const transports[];

#endif
