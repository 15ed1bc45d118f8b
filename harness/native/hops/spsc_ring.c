// SPDX-License-Identifier: MIT
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "spsc_ring.h"

static uint32_t spsc_ring__used(const struct spsc_ring *ring)
{
	return atomic_load_explicit(&ring->head, memory_order_acquire) -
	       atomic_load_explicit(&ring->tail, memory_order_acquire);
}

static bool spsc_ring__has_room(const struct spsc_ring *ring)
{
	return spsc_ring__used(ring) <= ring->size / 2;
}

static void wake(_Atomic uint32_t *sleeps)
{
	atomic_store_explicit(sleeps, 0, memory_order_relaxed);
	syscall(SYS_futex, sleeps, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void sleep_on(_Atomic uint32_t *sleeps)
{
	static const struct timespec timeout = { .tv_nsec = 10000000 };

	syscall(SYS_futex, sleeps, FUTEX_WAIT, 1, &timeout, NULL, 0);
}

uint32_t spsc_ring__put(struct spsc_ring *ring, const struct spsc_entry *entries, uint32_t count)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint32_t room = ring->size - (head - ring->known_tail);

	if (room < count) {
		ring->known_tail = atomic_load_explicit(&ring->tail, memory_order_acquire); /* D */
		room = ring->size - (head - ring->known_tail);
		if (room < count)
			count = room;
	}
	if (!count)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		ring->entries[(head + i) & (ring->size - 1)] = entries[i];
	atomic_store_explicit(&ring->head, head + count, memory_order_release); /* A */

	if (ring->sleepers) {
		atomic_thread_fence(memory_order_seq_cst);
		if (atomic_load_explicit(&ring->consumer_sleeps, memory_order_relaxed))
			wake(&ring->consumer_sleeps);
	}
	return count;
}

uint32_t spsc_ring__get(struct spsc_ring *ring, struct spsc_entry *entries, uint32_t max)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t used = ring->known_head - tail;

	if (used < max) {
		ring->known_head = atomic_load_explicit(&ring->head, memory_order_acquire); /* B */
		used = ring->known_head - tail;
		if (used < max)
			max = used;
	}
	if (!max)
		return 0;
	for (uint32_t i = 0; i < max; i++)
		entries[i] = ring->entries[(tail + i) & (ring->size - 1)];
	atomic_store_explicit(&ring->tail, tail + max, memory_order_release); /* C */

	if (ring->sleepers) {
		atomic_thread_fence(memory_order_seq_cst);
		if (atomic_load_explicit(&ring->producer_sleeps, memory_order_relaxed) &&
		    spsc_ring__has_room(ring))
			wake(&ring->producer_sleeps);
	}
	return max;
}

void spsc_ring__wait_for_entries(struct spsc_ring *ring)
{
	atomic_store_explicit(&ring->consumer_sleeps, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (!spsc_ring__used(ring))
		sleep_on(&ring->consumer_sleeps);
	atomic_store_explicit(&ring->consumer_sleeps, 0, memory_order_relaxed);
}

void spsc_ring__wait_for_room(struct spsc_ring *ring)
{
	atomic_store_explicit(&ring->producer_sleeps, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (!spsc_ring__has_room(ring))
		sleep_on(&ring->producer_sleeps);
	atomic_store_explicit(&ring->producer_sleeps, 0, memory_order_relaxed);
}
