/* SPDX-License-Identifier: MIT */
#ifndef SHIM_PROCESSOR_H
#define SHIM_PROCESSOR_H

#include <sched.h>

/*
 * In the kernel who waits here waits for a context that has bottom halves off and cannot be preempted.
 * A thread can be, so after some time its place is made free for it.
 */
#define SPINS_BEFORE_YIELD 1000

#ifdef SHIM_STEPS
void cpu_relax(void);
#else
static inline void cpu_relax(void)
{
	static __thread unsigned int spins;

#ifdef __x86_64__
	__builtin_ia32_pause();
#else
	__asm__ __volatile__("" : : : "memory");
#endif
	if (++spins % SPINS_BEFORE_YIELD == 0)
		sched_yield();
}
#endif

#endif
