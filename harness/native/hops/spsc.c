// SPDX-License-Identifier: MIT
/*
 * Memory that all stages share and rings of which packet is where: chaining in user space as it is
 * done if every function is trusted with everybody's packets.
 *
 *	source --ring 0--> function 1 --ring 1--> ... sink
 *	   ^                                            |
 *	   +---------------- ring N + 1, free frames ---+
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "spsc_ring.h"
#include "hops.h"

static struct {
	char *area;			/* the frames */
	size_t area_bytes;
	struct spsc_ring *rings[HOPS_MAX_STAGES];
	uint32_t bytes;
	enum hops_wait wait;
	/* Of this stage: */
	struct spsc_ring *in, *out;	/* of packets, or of free frames */
	bool starved;			/* the source got no frame when it last wanted one */
} spsc;

/* Shared by processes forked later. Returns NULL if there is none. */
static void *map(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static struct spsc_ring *ring__create(uint32_t size, bool sleepers)
{
	struct spsc_ring *ring = map(sizeof(*ring) + size * sizeof(*ring->entries));

	if (ring) {
		ring->size = size;
		ring->sleepers = sleepers;
	}
	return ring;
}

static int spsc__create(const struct hops_options *options)
{
	uint32_t stages = options->functions + 2, frames = stages * options->ring_size, size = 1;
	bool sleepers = options->wait == HOPS_BLOCK, failed = false;

	if (options->separate) {
		fprintf(stderr, "hops: spsc: stages pass on frames of one memory, not --separate ones\n");
		return -EINVAL;
	}
	while (size < frames)
		size *= 2;
	spsc.area_bytes = (size_t)frames * HOPS_FRAME_BYTES;
	spsc.area = map(spsc.area_bytes);
	for (uint32_t i = 0; i < stages; i++) {
		spsc.rings[i] = ring__create(i == stages - 1 ? size : options->ring_size, sleepers);
		failed = failed || !spsc.rings[i];
	}
	if (failed || !spsc.area) {
		fprintf(stderr, "hops: spsc: mapping %u frames and %u rings: %s\n", frames, stages,
			strerror(ENOMEM));
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < frames; i++)
		spsc_ring__put(spsc.rings[stages - 1], &(struct spsc_entry) { .frame = i }, 1);
	return 0;
}

static int spsc__join(const struct hops_options *options, uint32_t stage)
{
	/* Mapped now, and not when a packet is touched. */
	madvise(spsc.area, spsc.area_bytes, MADV_POPULATE_WRITE);
	spsc.bytes = options->bytes;
	spsc.wait = options->wait;
	spsc.in = spsc.rings[stage ? stage - 1 : options->functions + 1];
	spsc.out = spsc.rings[stage];
	return 0;
}

static uint32_t spsc__take(struct packet *packets, uint32_t max)
{
	struct spsc_entry entries[HOPS_MAX_BATCH];
	uint32_t count = spsc_ring__get(spsc.in, entries, max);

	for (uint32_t i = 0; i < count; i++)
		packets[i] = (struct packet) {
			.data = spsc.area + (size_t)entries[i].frame * HOPS_FRAME_BYTES,
			.bytes = entries[i].bytes,
			.handle = entries[i].frame,
		};
	return count;
}

static uint32_t spsc__allocate(struct packet *packets, uint32_t max)
{
	uint32_t count = spsc__take(packets, max);

	for (uint32_t i = 0; i < count; i++)
		packets[i].bytes = spsc.bytes;
	spsc.starved = !count;
	return count;
}

static uint32_t spsc__send(const struct packet *packets, uint32_t count)
{
	struct spsc_entry entries[HOPS_MAX_BATCH];

	for (uint32_t i = 0; i < count; i++)
		entries[i] = (struct spsc_entry) {
			.frame = packets[i].handle,
			.bytes = packets[i].bytes,
		};
	return spsc_ring__put(spsc.out, entries, count);
}

/* There is room for every frame. */
static void spsc__release(const struct packet *packets, uint32_t count)
{
	spsc__send(packets, count);
}

static void spsc__wait(bool for_packets, bool for_room)
{
	(void)for_room;
	if (spsc.wait != HOPS_BLOCK)
		sched_yield();
	else if (for_packets || spsc.starved)
		spsc_ring__wait_for_entries(spsc.in);
	else
		spsc_ring__wait_for_room(spsc.out);
}

const struct transport transport_spsc = {
	.name = "spsc",
	.help = "shared memory, and between two stages a ring with one producer and one consumer",
	.create = spsc__create,
	.join = spsc__join,
	.receive = spsc__take,
	.allocate = spsc__allocate,
	.send = spsc__send,
	.release = spsc__release,
	.wait = spsc__wait,
};
