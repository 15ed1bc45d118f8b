/* SPDX-License-Identifier: MIT */
/*
 * A table of bounded size, whose entries are there for a while: connections, or whatever else is known of
 * those who send packets. A key has two sets of eight places, which a hash with a secret chooses, and goes
 * where more are free. An entry whose time has passed is not there, and its place is free: nobody has to
 * clean up. Finding and adding take the same time, whatever is in the table. The first key that finds no
 * place comes when about three quarters are taken.
 */
#ifndef TABLE_H
#define TABLE_H

#include <linux/types.h>

struct table;

enum { table_ways = 8 };

/* @places is rounded down to a multiple of table_ways, but not to 0. NULL: there is no memory. */
struct table *table__create(__u32 places, __u32 key_len, __u32 value_len);
void table__destroy(struct table *table);
__u32 table__places(const struct table *table);

/* Values are aligned to 8 bytes. NULL if there is no such key. */
void *table__find(const struct table *table, const void *key, __u64 now);
/* All zeros, and there until @until. The key is not there yet. NULL if its places are taken. */
void *table__add(struct table *table, const void *key, __u64 now, __u64 until);
void table__keep(const struct table *table, void *value, __u64 until);

/* The number of the place, and what is there: NULL if nothing is. */
__u32 table__place(const struct table *table, const void *value);
void *table__at(const struct table *table, __u32 place, __u64 now);
const void *table__key(const struct table *table, const void *value);

#endif
