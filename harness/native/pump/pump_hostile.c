// SPDX-License-Identifier: MIT
/*
 * A program that is out to harm: one thread sends and receives as ever, another writes what it likes
 * to every index and every entry of their rings, at any time. The kernel may answer with any errno
 * and deliver anything or nothing; what it may not do is for others to find out.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "pump.h"

static struct end source, target;
static _Atomic bool done;

/* Mostly what could be true, so that it gets past the first check: low bits of addresses and lengths. */
static __u64 anything(unsigned int *seed)
{
	__u64 value = ((__u64)rand_r(seed) << 33) ^ ((__u64)rand_r(seed) << 16) ^ rand_r(seed);

	switch (rand_r(seed) % 4) {
	case 0: return value;
	case 1: return value % (PUMP_FRAMES * PUMP_FRAME_SIZE);
	case 2: return value % PUMP_FRAME_SIZE;
	default: return -(value % 4096);
	}
}

static void scribble_prod(struct xsk_ring_prod *ring, size_t words, unsigned int *seed)
{
	((volatile __u64 *)ring->ring)[rand_r(seed) % (ring->size * words)] = anything(seed);
	if (rand_r(seed) % 16 == 0)
		*(volatile __u32 *)ring->producer = anything(seed);
	if (rand_r(seed) % 16 == 0)
		*(volatile __u32 *)ring->consumer = anything(seed);
}

static void scribble_cons(struct xsk_ring_cons *ring, size_t words, unsigned int *seed)
{
	((volatile __u64 *)ring->ring)[rand_r(seed) % (ring->size * words)] = anything(seed);
	if (rand_r(seed) % 16 == 0)
		*(volatile __u32 *)ring->producer = anything(seed);
	if (rand_r(seed) % 16 == 0)
		*(volatile __u32 *)ring->consumer = anything(seed);
}

static void *scribble(void *arg)
{
	unsigned int *seed = arg;

	while (!done) {
		const struct flash_rings *rings = rand_r(seed) % 2 ? source.rings : target.rings;

		scribble_prod(rings->tx, 2, seed);
		scribble_prod(rings->fill, 1, seed);
		scribble_cons(rings->rx, 2, seed);
		scribble_cons(rings->completion, 1, seed);
	}
	return NULL;
}

int pump_hostile(const struct pump_options *options)
{
	unsigned int seed = options->batch;
	pthread_t thread;
	__u64 failed = 0;

	if (pair__open(&source, &target, options))
		return 1;
	end__fill(&target);
	if (wait_for_start() || pthread_create(&thread, NULL, scribble, &seed))
		return 1;

	for (__u32 round = 0; round < options->rounds; round++) {
		/* The kernel's side of a ring may claim any number of entries: write past no ring. */
		*(volatile __u32 *)source.rings->tx->producer += options->batch;
		*(volatile __u32 *)target.rings->fill->producer += options->batch;
		failed += sendto(end__fd(&source), NULL, 0, MSG_DONTWAIT, NULL, 0) < 0;
		recvfrom(end__fd(&target), NULL, 0, MSG_MORE, NULL, NULL);
	}
	done = true;
	pthread_join(thread, NULL);
	printf("{\"rounds\":%u,\"refused\":%llu}\n", options->rounds, failed);
	return 0;
}
