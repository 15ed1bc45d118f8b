/* SPDX-License-Identifier: MIT */
/*
 * A queued spinlock that works as the kernel's does: one compare-and-swap takes it when it is free, the
 * first who waits looks at the lock, and the others queue up, each looking at a word of its own. It is
 * given back with one store.
 */
#ifndef QUEUED_LOCK_H
#define QUEUED_LOCK_H

#include <stdint.h>

#include <linux/processor.h>

#define QUEUED_HELD		1u
#define QUEUED_PENDING		0x100u	/* the first who waits */
#define QUEUED_TAIL_SHIFT	16	/* the last of the others, 0 for none */

struct queued_lock {
	union {
		uint32_t value;
		struct {
			uint8_t held, pending;
			uint16_t tail;
		};
		uint16_t held_pending;
	};
};

void queued_lock__wait(struct queued_lock *lock);

static inline void queued_lock__take(struct queued_lock *lock)
{
	uint32_t free = 0;

	if (__builtin_expect(!__atomic_compare_exchange_n(&lock->value, &free, QUEUED_HELD, false,
							  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED), 0))
		queued_lock__wait(lock);
}

static inline void queued_lock__give(struct queued_lock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

#endif
