/* SPDX-License-Identifier: MIT */
#ifndef SHIM_COMPILER_H
#define SHIM_COMPILER_H

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define barrier()	__asm__ __volatile__("" : : : "memory")

/*
 * With SHIM_CHECKED the accesses are those of the compiler's memory model, which sanitizers know, copies
 * are visible to them, and a warning ends the program.
 */
#ifdef SHIM_STEPS
/*
 * With SHIM_STEPS each access to what is shared is a step: others act before it, and what it did is looked at.
 * A wait for others ends the run, as one in which they came first.
 */
void shim_others(void);
void shim_step(const void *written);
#define READ_ONCE(x)		({ shim_others(); (x); })
#define WRITE_ONCE(x, value)	do { shim_others(); (x) = (value); shim_step(&(x)); } while (0)
#elif defined(SHIM_CHECKED)
/* For ThreadSanitizer, which knows no control dependencies, a load is taken to order what depends on it. */
#ifndef SHIM_LOADS
#define SHIM_LOADS		__ATOMIC_RELAXED
#endif
#define READ_ONCE(x)		__atomic_load_n(&(x), SHIM_LOADS)
#define WRITE_ONCE(x, value)	__atomic_store_n(&(x), value, __ATOMIC_RELAXED)
#else
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))
#endif
/* Only KCSAN is told anything. */
#define data_race(expression)	(expression)

#ifdef SHIM_STEPS
#define smp_load_acquire(p)		READ_ONCE(*(p))
#define smp_store_release(p, value)	WRITE_ONCE(*(p), value)
#define smp_rmb()			((void)0)
#define smp_wmb()			((void)0)
#define smp_mb()			((void)0)
/* On x86 the processor keeps loads in order, and stores: only the compiler must be told. */
#elif defined(__x86_64__) && !defined(SHIM_CHECKED)
#define smp_load_acquire(p)		({ __typeof__(*(p)) __v = READ_ONCE(*(p)); barrier(); __v; })
#define smp_store_release(p, value)	do { barrier(); WRITE_ONCE(*(p), value); } while (0)
#define smp_rmb()			barrier()
#define smp_wmb()			barrier()
#define smp_mb()			__asm__ __volatile__("lock; addl $0, -4(%%rsp)" : : : "memory", "cc")
#else
#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value)	__atomic_store_n(p, value, __ATOMIC_RELEASE)
#define smp_rmb()			__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()			__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_mb()			__atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

/* For sparse and other checkers. */
#define __rcu
#define __counted_by(member)
#define __acquire(x)	((void)0)
#define __release(x)	((void)0)
#define __acquires(x)
#define __releases(x)
#undef static_assert
#define static_assert(condition)	_Static_assert(condition, #condition)
#define BUILD_BUG_ON(condition)	((void)sizeof(char[1 - 2 * !!(condition)]))
#ifdef SHIM_CHECKED
void shim_warn(const char *file, int line, const char *condition);
#define WARN_ON_ONCE(condition) \
	({ bool __c = (condition); if (__c) shim_warn(__FILE__, __LINE__, #condition); __c; })
#else
#define WARN_ON_ONCE(condition)	unlikely(condition)
#endif
#define EXPORT_SYMBOL(name)	struct shim_exported
#define INDIRECT_CALLABLE_DECLARE(f)	f

#define noinline			__attribute__((noinline))
#define SMP_CACHE_BYTES			64
#define ____cacheline_aligned_in_smp	__attribute__((aligned(SMP_CACHE_BYTES)))
#define __aligned_largest		__attribute__((aligned))

#define U32_MAX		(~0u)
#define BIT(n)		(1ul << (n))
#define BIT_ULL(n)	(1ull << (n))
#define GENMASK(high, low)	((~0ul >> (63 - (high))) & (~0ul << (low)))
#define ALIGN_DOWN(n, to)	((n) & ~((to) - 1))
#define DIV_ROUND_UP_ULL(n, by)	(((n) + (by) - 1) / (by))

#define min(a, b)	({ __typeof__(a) __a = (a); __typeof__(b) __b = (b); __a < __b ? __a : __b; })
#define max(a, b)	({ __typeof__(a) __a = (a); __typeof__(b) __b = (b); __a > __b ? __a : __b; })
#define min3(a, b, c)	min(min(a, b), c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define swap(a, b)	do { __typeof__(a) __was = (a); (a) = (b); (b) = __was; } while (0)

#define offsetofend(type, member) \
	(__builtin_offsetof(type, member) + sizeof(((type *)0)->member))
#define container_of(p, type, member) \
	((type *)((char *)(p) - __builtin_offsetof(type, member)))

#endif
