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
#include <sys/socket.h>
#include <unistd.h>

#include "pump.h"

#define STARVED	(1u << 14)
/* What an interrupt takes to come, where nobody polls the driver busily. */
#define INTERRUPT_US	1000

static struct end busy;
static struct flash_socket *other;

static int other__open(const struct pump_options *options)
{
	struct flash_socket_opts opts = {
		.ifname = options->ifname,
		.queue = options->queue,
		.ring_size = options->ring_size,
		.mode = options->zero_copy ? FLASH_MODE_ZERO_COPY : FLASH_MODE_COPY,
		.beside = busy.socket,
	};

	return flash_socket__create(&other, busy.umem, busy.frames, &opts);
}

/* Takes a few completions once nothing moves any more, so that their ring is always as full as
 * the kernel lets it be.
 */
static void keep_busy(const struct pump_options *options)
{
	static __u32 moved;
	__u32 now = *(volatile __u32 *)busy.rings->tx->consumer;

	if (now == moved)
		flash_socket__reclaim(busy.socket, 8);
	moved = now;
	end__receive(&busy);
	end__fill(&busy);
	end__send(&busy, options->batch);
	sendto(end__fd(&busy), NULL, 0, MSG_DONTWAIT, NULL, 0);
	if (options->zero_copy && !options->busy_poll)
		usleep(INTERRUPT_US);
}

/* How many packets of the busy one were moved while that of the other waited. */
static __u32 send_other(const struct pump_options *options, const struct flash_packet *packet)
{
	__u32 first, moved = 0;

	while (!flash_socket__tx_room(other))
		keep_busy(options);
	first = *(volatile __u32 *)busy.rings->tx->consumer;
	flash_socket__send(other, packet, 1);
	while (flash_socket__tx_pending(other) && moved < STARVED) {
		if (xsk_ring_prod__needs_wakeup(flash_socket__rings(other)->tx))
			sendto(flash_socket__fd(other), NULL, 0, MSG_DONTWAIT, NULL, 0);
		keep_busy(options);
		moved = *(volatile __u32 *)busy.rings->tx->consumer - first;
	}
	return moved;
}

int pump_share(const struct pump_options *options)
{
	__u32 moved = 0, rounds = 0, most;
	struct flash_packet *packets;
	int err;

	busy.packet_bytes = options->packet_bytes;
	err = end__open(&busy, options, options->queue, NULL);
	if (!err)
		err = other__open(options);
	if (err) {
		fprintf(stderr, "pump: cannot open the sockets on %s: error %d\n", options->ifname, -err);
		return 1;
	}
	most = flash_frames__count(busy.frames) / 2;
	if (options->rounds > most) {
		fprintf(stderr, "pump: at most %u rounds: each has a frame of its own\n", most);
		return 1;
	}
	packets = malloc(options->rounds * sizeof(*packets));
	if (!packets)
		return 1;
	/* The busy one may have all others in its rings. */
	flash_frames__take(busy.frames, packets, options->rounds);
	end__fill(&busy);
	if (wait_for_start())
		return 1;

	printf("{\"waits\":[");
	while (rounds < options->rounds && moved < STARVED) {
		packets[rounds].len = options->packet_bytes;
		moved = send_other(options, &packets[rounds]);
		printf("%s%u", rounds ? "," : "", moved);
		rounds++;
	}
	puts("]}");
	return 0;
}
