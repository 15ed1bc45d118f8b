// SPDX-License-Identifier: MIT
#include <string.h>

#include "lookup.h"

enum { nobody = 0xff, seed_offset = 1, seed_skip = 2 };

/* What a backend wants next is (at + skip) % lookup_size, which is prime: it wants every slot once. */
struct order {
	__u32 at, skip;
	__u64 turn;	/* when it is its turn */
};

/* FNV-1a, and what MurmurHash3 ends with. */
__u64 lookup__hash(__u64 seed, const void *bytes, __u32 len)
{
	const __u8 *each = bytes;
	__u64 hash = 0xcbf29ce484222325 ^ seed;

	for (__u32 i = 0; i < len; i++)
		hash = (hash ^ each[i]) * 0x100000001b3;
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
	return hash ^ hash >> 33;
}

static struct order order_of(const struct backend *backend)
{
	__u32 len = strlen(backend->name);

	return (struct order) {
		.at = lookup__hash(seed_offset, backend->name, len) % lookup_size,
		.skip = lookup__hash(seed_skip, backend->name, len) % (lookup_size - 1) + 1,
	};
}

static void take_slot(__u8 *slots, struct order *order, __u8 backend)
{
	while (slots[order->at] != nobody)
		order->at = (order->at + order->skip) % lookup_size;
	slots[order->at] = backend;
}

bool lookup__fill(__u8 *slots, const struct backend *backends, __u32 count)
{
	struct order orders[most_backends];
	__u32 most = 0, filled = 0;

	for (__u32 i = 0; i < count; i++) {
		orders[i] = order_of(&backends[i]);
		if (backends[i].weight > most)
			most = backends[i].weight;
	}
	if (!most)
		return false;
	memset(slots, nobody, lookup_size);
	for (__u64 round = 1;; round++) {
		for (__u32 i = 0; i < count; i++) {
			if (!backends[i].weight || round * backends[i].weight < orders[i].turn)
				continue;
			orders[i].turn += most;
			take_slot(slots, &orders[i], i);
			if (++filled == lookup_size)
				return true;
		}
	}
}
