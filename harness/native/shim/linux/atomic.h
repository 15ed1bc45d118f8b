/* SPDX-License-Identifier: MIT */
#ifndef SHIM_ATOMIC_H
#define SHIM_ATOMIC_H

#include <linux/compiler.h>

/* A full barrier if it succeeds. */
#ifdef SHIM_STEPS
#define try_cmpxchg(p, old, new) ({							\
	shim_others();									\
	bool __done = *(p) == *(old);							\
	if (__done) {									\
		*(p) = (new);								\
		shim_step(p);								\
	} else {									\
		*(old) = *(p);								\
	}										\
	__done;										\
})
#else
#define try_cmpxchg(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)
#endif

#define xchg(p, value)		__atomic_exchange_n(p, value, __ATOMIC_SEQ_CST)

#define atomic64_inc(v)			((void)__atomic_add_fetch(&(v)->counter, 1, __ATOMIC_RELAXED))
#define refcount_set(r, n)		__atomic_store_n(&(r)->counter, n, __ATOMIC_RELAXED)
#define refcount_inc(r)			((void)__atomic_add_fetch(&(r)->counter, 1, __ATOMIC_RELAXED))
#define refcount_dec_and_test(r)	(__atomic_sub_fetch(&(r)->counter, 1, __ATOMIC_ACQ_REL) == 0)

#endif
