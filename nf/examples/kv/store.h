/* SPDX-License-Identifier: MIT */
/* The text protocol of memcached, as far as get and set go: requests to replies. */
#ifndef STORE_H
#define STORE_H

#include <linux/types.h>
#include <stdbool.h>

#include "../program/table.h"

enum { most_key = 250, most_value = 1024, most_reply = 1400 };

struct store {
	struct table *table;
	__u64 now;
	__u64 gets, hits, sets, errors;
};

struct reply {
	__u8 bytes[most_reply];
	__u32 len;	/* 0: there is none, as was wished */
};

bool store__create(struct store *store, __u32 keys);
void store__answer(struct store *store, const __u8 *request, __u32 len, struct reply *reply);

#endif
