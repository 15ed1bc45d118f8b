/* SPDX-License-Identifier: MIT */
#ifndef SHIM_COMPILER_H
#define SHIM_COMPILER_H

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define barrier()	__asm__ __volatile__("" : : : "memory")

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

/* On x86 the processor keeps loads in order, and stores: only the compiler must be told. */
#ifdef __x86_64__
#define smp_load_acquire(p)		({ __typeof__(*(p)) __v = READ_ONCE(*(p)); barrier(); __v; })
#define smp_store_release(p, value)	do { barrier(); WRITE_ONCE(*(p), value); } while (0)
#define smp_rmb()			barrier()
#else
#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value)	__atomic_store_n(p, value, __ATOMIC_RELEASE)
#define smp_rmb()			__atomic_thread_fence(__ATOMIC_ACQUIRE)
#endif

/* For sparse. */
#define __rcu
#define __acquire(x)	((void)0)
#define __release(x)	((void)0)

#define ____cacheline_aligned_in_smp	__attribute__((aligned(64)))

#define BIT_ULL(n)	(1ull << (n))
#define min(a, b)	({ __typeof__(a) __a = (a); __typeof__(b) __b = (b); __a < __b ? __a : __b; })

#endif
