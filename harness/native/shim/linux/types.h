/* SPDX-License-Identifier: MIT */
/*
 * The headers below this folder stand in for those of the kernel that files of net/xdp and what they
 * include ask for. They have the same order of memory accesses and nothing else: no tracing, no
 * checks, and interrupts are not there to be switched off.
 */
#ifndef SHIM_TYPES_H
#define SHIM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <asm/types.h>
#include <errno.h>

#include <linux/compiler.h>
#include <linux/string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64; /* as in the kernel, not uint64_t */
typedef int32_t s32;
typedef int64_t s64;

typedef u64 dma_addr_t;

typedef struct {
	int counter;
} atomic_t, refcount_t;

typedef struct {
	s64 counter;
} atomic64_t;

struct list_head {
	struct list_head *next, *prev;
};

struct rcu_head {
	struct rcu_head *next;
};

#endif
