/* SPDX-License-Identifier: MIT */
/*
 * Maglev's consistent hashing (Eisenbud et al., NSDI 2016): every backend has an order of its own in which
 * it wants slots, and they take turns. With weights a backend takes a turn less often, as in Envoy.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <linux/types.h>
#include <stdbool.h>

enum { lookup_size = 65537, most_backends = 64, most_weight = 1000, name_size = 32 };

struct backend {
	char name[name_size];	/* what its order follows from, so that it is the same on every balancer */
	__u8 mac[6];
	bool has_mac;
	__u32 weight;		/* 0: it gets nothing */
	__u64 count;
};

/* Which backend each of the lookup_size slots leads to. False if no backend has a weight. */
bool lookup__fill(__u8 *slots, const struct backend *backends, __u32 count);
__u64 lookup__hash(__u64 seed, const void *bytes, __u32 len);

#endif
