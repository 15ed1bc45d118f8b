// SPDX-License-Identifier: MIT
/*
 * Several sources, a thread each, and their target, all on one UMEM and as fast as they go. In the
 * end every frame is looked for: with a thread, or on a ring.
 *
 *	source 0 --+
 *	source 1 --+--> target, which checks that the packets of each come in order
 *	source 2 --+
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "pump.h"

#define IDLE_TURNS	2000000

struct race {
	struct end target;
	struct end sources[PUMP_MAX_SOURCES];
	__u32 source_count, batch;
	__u64 packets;			/* of each source */
	_Atomic __u32 running;
};

static struct race race;

static void *run_source(void *arg)
{
	struct end *source = arg;
	__u32 idle = 0;

	while (idle < IDLE_TURNS &&
	       (source->sent < race.packets || flash_socket__tx_pending(source->socket))) {
		__u64 left = race.packets - source->sent;
		__u32 moved = end__reclaim(source);

		moved += end__send(source, left < race.batch ? left : race.batch);
		sendto(end__fd(source), NULL, 0, MSG_DONTWAIT, NULL, 0);
		if (!moved)
			sched_yield();
		idle = moved ? 0 : idle + 1;
	}
	end__reclaim(source);
	race.running--;
	return NULL;
}

static void run_target(void)
{
	while (race.running) {
		if (!end__receive(&race.target))
			sched_yield();
		end__fill(&race.target);
	}
	while (end__receive(&race.target))
		end__fill(&race.target);
}

static void see(unsigned char *seen, __u64 addr)
{
	if (addr / PUMP_FRAME_SIZE < PUMP_FRAMES)
		seen[addr / PUMP_FRAME_SIZE]++;
}

/* Frames with the threads and on the target's fill ring; all other rings are empty by now. */
static void see_end(unsigned char *seen, struct end *end)
{
	const __u64 *held = flash_frames__addrs(end->frames);
	struct xsk_ring_prod *fill = end->rings->fill;
	__u32 queued = fill->size - xsk_prod_nb_free(fill, fill->size);
	__u32 first = *fill->producer - queued;

	for (__u32 i = 0; i < flash_frames__count(end->frames); i++)
		see(seen, held[i]);
	for (__u32 i = 0; i < queued; i++)
		see(seen, *xsk_ring_prod__fill_addr(fill, first + i));
}

/* The sockets stay open until somebody has asked the kernel what it keeps of them. */
static int report(void)
{
	static unsigned char seen[PUMP_FRAMES];
	__u32 found = 0, doubled = 0;
	__u64 sent = 0;

	see_end(seen, &race.target);
	for (__u32 i = 0; i < race.source_count; i++) {
		see_end(seen, &race.sources[i]);
		sent += race.sources[i].sent;
	}
	for (__u32 i = 0; i < PUMP_FRAMES; i++) {
		found += seen[i] == 1;
		doubled += seen[i] > 1;
	}
	printf("{\"sent\":%llu,\"received\":%llu,\"reordered\":%llu,\"frames\":%u,\"found\":%u,"
	       "\"doubled\":%u}\n", sent, race.target.received, race.target.reordered,
	       PUMP_FRAMES, found, doubled);
	return wait_to_go_on() ? 1 : 0;
}

int pump_race(const struct pump_options *options)
{
	pthread_t threads[PUMP_MAX_SOURCES];
	int err;

	race.source_count = options->sources;
	race.running = options->sources;
	race.packets = options->rounds;
	race.batch = options->batch;
	err = end__open(&race.target, options, options->queue, NULL);
	for (__u32 i = 0; i < options->sources && !err; i++) {
		race.sources[i].source = i;
		race.sources[i].packet_bytes = options->packet_bytes;
		err = end__open(&race.sources[i], options, options->queue + 1 + i,
				&race.target);
	}
	if (err) {
		fprintf(stderr, "pump: cannot open the sockets on %s: error %d\n", options->ifname, -err);
		return 1;
	}
	end__fill(&race.target);
	if (wait_for_start())
		return 1;

	for (__u32 i = 0; i < options->sources; i++)
		if (pthread_create(&threads[i], NULL, run_source, &race.sources[i]))
			return 1;
	run_target();
	for (__u32 i = 0; i < options->sources; i++)
		pthread_join(threads[i], NULL);
	return report();
}
