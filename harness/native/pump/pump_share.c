// SPDX-License-Identifier: MIT
/*
 * Two sockets on one queue: one that is busy, on a route to itself, and one that sends a packet to
 * the device now and then. How many packets of the first are moved before each of the other?
 *
 *	busy   TX ==> RX, as fast as it goes
 *	other  TX --> device, --rounds packets, one after the other
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "pump.h"

#define STARVED	(1u << 20)

static struct end busy;
static struct xsk_socket *other;
static struct xsk_ring_prod other_tx;

static int other__open(const struct pump_options *options)
{
	struct xsk_socket_config config = {
		.tx_size = options->ring_size,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = (options->zero_copy ? XDP_ZEROCOPY : XDP_COPY) | XDP_USE_NEED_WAKEUP,
	};

	return xsk_socket__create_shared(&other, options->ifname, options->queue, busy.umem, NULL,
					 &other_tx, &busy.fill, &busy.completion, &config);
}

/* Takes a few completions once nothing moves any more, so that their ring is always as full as
 * the kernel lets it be.
 */
static void keep_busy(const struct pump_options *options)
{
	static __u32 moved;
	__u32 now = *(volatile __u32 *)busy.tx.consumer;

	if (now == moved)
		end__reclaim_some(&busy, 8);
	moved = now;
	end__receive(&busy);
	end__fill(&busy);
	end__send(&busy, options->batch);
	sendto(end__fd(&busy), NULL, 0, MSG_DONTWAIT, NULL, 0);
}

/* How many packets of the busy one were moved while that of the other waited. */
static __u32 send_other(const struct pump_options *options, __u64 frame)
{
	__u32 idx, first, moved = 0;

	while (!xsk_ring_prod__reserve(&other_tx, 1, &idx))
		keep_busy(options);
	*xsk_ring_prod__tx_desc(&other_tx, idx) = (struct xdp_desc) {
		.addr = frame,
		.len = options->packet_bytes,
	};
	first = *(volatile __u32 *)busy.tx.consumer;
	xsk_ring_prod__submit(&other_tx, 1);
	while (*(volatile __u32 *)other_tx.consumer != idx + 1 && moved < STARVED) {
		if (xsk_ring_prod__needs_wakeup(&other_tx))
			sendto(xsk_socket__fd(other), NULL, 0, MSG_DONTWAIT, NULL, 0);
		keep_busy(options);
		moved = *(volatile __u32 *)busy.tx.consumer - first;
	}
	return moved;
}

int pump_share(const struct pump_options *options)
{
	__u32 moved = 0, rounds = 0;
	__u64 *frames;
	int err;

	busy.packet_bytes = options->packet_bytes;
	err = end__open(&busy, options, options->queue, NULL);
	if (!err)
		err = other__open(options);
	if (err) {
		fprintf(stderr, "pump: cannot open the sockets on %s: error %d\n", options->ifname, -err);
		return 1;
	}
	if (options->rounds > busy.free_count / 2) {
		fprintf(stderr, "pump: at most %u rounds: each has a frame of its own\n", busy.free_count / 2);
		return 1;
	}
	/* The busy one may have all others in its rings. */
	busy.free_count -= options->rounds;
	frames = malloc(options->rounds * sizeof(*frames));
	if (!frames)
		return 1;
	memcpy(frames, busy.free_frames + busy.free_count, options->rounds * sizeof(*frames));
	end__fill(&busy);
	if (wait_for_start())
		return 1;

	printf("{\"waits\":[");
	while (rounds < options->rounds && moved < STARVED) {
		moved = send_other(options, frames[rounds]);
		printf("%s%u", rounds ? "," : "", moved);
		rounds++;
	}
	puts("]}");
	return 0;
}
