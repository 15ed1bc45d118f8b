/* SPDX-License-Identifier: MIT */
#ifndef SHIM_SPINLOCK_H
#define SHIM_SPINLOCK_H

#include <linux/compiler.h>
#include <linux/processor.h>

typedef struct {
	int held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = 0;
}

/* With SHIM_MOMENTS others may act before a lock is taken and after it is given back. */
#ifdef SHIM_MOMENTS
void shim_moment(void);
#else
static inline void shim_moment(void)
{
}
#endif

#ifdef SHIM_STEPS
void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
bool spin_trylock(spinlock_t *lock);
#else
static inline bool spin_trylock(spinlock_t *lock)
{
	shim_moment();
	return !__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE);
}

static inline void spin_lock(spinlock_t *lock)
{
	shim_moment();
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
	shim_moment();
}
#endif

#define spin_lock_bh	spin_lock
#define spin_unlock_bh	spin_unlock
#define spin_lock_irq	spin_lock
#define spin_unlock_irq	spin_unlock
#define spin_lock_irqsave(lock, flags)		do { (flags) = 0; spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags)	do { (void)(flags); spin_unlock(lock); } while (0)
#define irqs_disabled()				false

#endif
