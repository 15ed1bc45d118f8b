/* SPDX-License-Identifier: MIT */
/*
 * A ring in shared memory with one producer and one consumer, of packets by where they are. Each side
 * looks at the other's index only when what it remembers of it does not do.
 *
 *	producer				consumer
 *	write entries				(B) load head, acquire
 *	(A) store head, release			read entries
 *	(D) load tail, acquire			(C) store tail, release
 *
 * (A) pairs with (B): entries are there once they can be seen. (C) pairs with (D): entries have been
 * read before they are written again.
 *
 * To sleep, a side notes that it does, and then looks once more; who changes an index looks for the
 * note afterwards. There is a full barrier between the two on both sides, so that one of them sees
 * what the other did. Without a note there is no system call.
 */
#ifndef SPSC_RING_H
#define SPSC_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct spsc_entry {
	uint32_t frame, bytes;
};

struct spsc_ring {
	/* Written by the producer, */
	_Alignas(64) _Atomic uint32_t head;
	uint32_t known_tail;
	/* by the consumer, */
	_Alignas(64) _Atomic uint32_t tail;
	uint32_t known_head;
	/* by both, but seldom, */
	_Alignas(64) _Atomic uint32_t producer_sleeps;
	_Atomic uint32_t consumer_sleeps;
	/* and by none. */
	_Alignas(64) uint32_t size;
	bool sleepers;			/* somebody may sleep */
	struct spsc_entry entries[];
};

/* Both return how many entries they moved. */
uint32_t spsc_ring__put(struct spsc_ring *ring, const struct spsc_entry *entries, uint32_t count);
uint32_t spsc_ring__get(struct spsc_ring *ring, struct spsc_entry *entries, uint32_t max);

/* Sleep until there is an entry, or until half of the ring is free, for at most 10 ms. */
void spsc_ring__wait_for_entries(struct spsc_ring *ring);
void spsc_ring__wait_for_room(struct spsc_ring *ring);

#endif
