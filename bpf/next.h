/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where packets that a program lets pass go next. Below a dispatcher, which calls one program after the other,
 * the map is empty. On kernels that cannot have one it has the program that follows.
 */
#ifndef FLASH_NEXT_H
#define FLASH_NEXT_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define NEXT_PROGRAM(name)				\
	struct {					\
		__uint(type, BPF_MAP_TYPE_PROG_ARRAY);	\
		__uint(max_entries, 1);			\
		__type(key, __u32);			\
		__type(value, __u32);			\
	} name SEC(".maps")

static __always_inline int next__pass(struct xdp_md *ctx, void *next)
{
	bpf_tail_call(ctx, next, 0);
	return XDP_PASS;
}

#endif
