// SPDX-License-Identifier: MIT
#include <stdbool.h>
#include <stddef.h>

#include "queued_lock.h"

#define MAX_WAITERS 256	/* threads that ever waited */

struct waiter {
	struct waiter *next;
	bool first;
} __attribute__((aligned(64)));

static struct waiter waiters[MAX_WAITERS];

/* From 1 on: 0 is nobody in the tail of a lock. */
static uint16_t waiter__self(void)
{
	static __thread uint16_t self;
	static uint16_t last;

	if (!self)
		self = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	if (self > MAX_WAITERS)
		__builtin_trap();
	return self;
}

/* Waits behind those who queue, then for the lock, then has the next one go on. */
static void queued_lock__queue(struct queued_lock *lock)
{
	uint16_t number = waiter__self(), last;
	struct waiter *self = &waiters[number - 1], *next;
	uint32_t alone = (uint32_t)number << QUEUED_TAIL_SHIFT;

	self->next = NULL;
	self->first = false;
	last = __atomic_exchange_n(&lock->tail, number, __ATOMIC_ACQ_REL);
	if (last) {
		__atomic_store_n(&waiters[last - 1].next, self, __ATOMIC_RELEASE);
		while (!__atomic_load_n(&self->first, __ATOMIC_ACQUIRE))
			cpu_relax();
	}

	while (__atomic_load_n(&lock->held_pending, __ATOMIC_ACQUIRE))
		cpu_relax();
	if (__atomic_compare_exchange_n(&lock->value, &alone, QUEUED_HELD, false,
					__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;

	__atomic_store_n(&lock->held, 1, __ATOMIC_RELAXED);
	while (!(next = __atomic_load_n(&self->next, __ATOMIC_ACQUIRE)))
		cpu_relax();
	__atomic_store_n(&next->first, true, __ATOMIC_RELEASE);
}

void queued_lock__wait(struct queued_lock *lock)
{
	uint32_t value = __atomic_load_n(&lock->value, __ATOMIC_RELAXED);

	if (!(value & ~QUEUED_HELD)) {
		value = __atomic_fetch_or(&lock->value, QUEUED_PENDING, __ATOMIC_ACQUIRE);
		if (!(value & ~QUEUED_HELD)) {
			while (__atomic_load_n(&lock->held, __ATOMIC_ACQUIRE))
				cpu_relax();
			/* No longer pending, but held. */
			__atomic_store_n(&lock->held_pending, 1, __ATOMIC_RELAXED);
			return;
		}
		if (!(value & QUEUED_PENDING))
			__atomic_store_n(&lock->pending, 0, __ATOMIC_RELAXED);
	}
	queued_lock__queue(lock);
}
