// SPDX-License-Identifier: MIT
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "table.h"

struct entry {
	__u64 until;
	__u64 rest[];	/* value, then key */
};

struct table {
	__u64 secret[2];
	__u32 sets, key_len, value_len, entry_len;
	__u8 *entries;
};

static __u64 rotate(__u64 value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static void stir(__u64 v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-1-3: who does not know the secret cannot find keys that have the same places. */
static __u64 hash(const __u64 secret[2], const __u8 *key, __u32 len)
{
	__u64 v[] = { secret[0] ^ 0x736f6d6570736575, secret[1] ^ 0x646f72616e646f6d,
		      secret[0] ^ 0x6c7967656e657261, secret[1] ^ 0x7465646279746573 };
	__u64 word;

	for (__u32 at = 0; at <= len; at += 8) {
		bool last = len - at < 8;

		word = last ? (__u64)len << 56 : 0;
		memcpy(&word, key + at, last ? len - at : 8);
		v[3] ^= word;
		stir(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		stir(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct table *table__create(__u32 places, __u32 key_len, __u32 value_len)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->sets = places < table_ways ? 1 : places / table_ways;
	table->key_len = key_len;
	table->value_len = (value_len + 7) & ~7u;
	table->entry_len = sizeof(struct entry) + table->value_len + ((key_len + 7) & ~7u);
	table->entries = calloc((size_t)table->sets * table_ways, table->entry_len);
	if (!table->entries ||
	    getrandom(table->secret, sizeof(table->secret), 0) != sizeof(table->secret)) {
		table__destroy(table);
		return NULL;
	}
	return table;
}

void table__destroy(struct table *table)
{
	if (!table)
		return;
	free(table->entries);
	free(table);
}

__u32 table__places(const struct table *table)
{
	return table->sets * table_ways;
}

static struct entry *entry_at(const struct table *table, __u32 place)
{
	return (struct entry *)(table->entries + (size_t)place * table->entry_len);
}

static struct entry *entry_of(const void *value)
{
	return (struct entry *)((__u8 *)value - sizeof(struct entry));
}

static __u8 *key_of(const struct table *table, struct entry *entry)
{
	return (__u8 *)entry->rest + table->value_len;
}

struct sets {
	__u32 first[2];		/* places */
};

static struct sets sets_of(const struct table *table, const void *key)
{
	__u64 code = hash(table->secret, key, table->key_len);
	__u64 upper = (code >> 32) * table->sets >> 32;
	__u64 lower = (code & 0xffffffff) * table->sets >> 32;

	return (struct sets) { { upper * table_ways, lower * table_ways } };
}

void *table__find(const struct table *table, const void *key, __u64 now)
{
	struct sets sets = sets_of(table, key);

	for (__u32 i = 0; i < 2 * table_ways; i++) {
		__u32 place = sets.first[i / table_ways] + i % table_ways;
		struct entry *entry = entry_at(table, place);

		if (entry->until > now && !memcmp(key_of(table, entry), key, table->key_len))
			return entry->rest;
	}
	return NULL;
}

/* How many are free of a set, and the first one of them. */
static __u32 look_for_free(const struct table *table, __u32 first, __u64 now, struct entry **free)
{
	__u32 count = 0;

	for (__u32 i = table_ways; i-- > 0;) {
		struct entry *entry = entry_at(table, first + i);

		if (entry->until > now)
			continue;
		*free = entry;
		count++;
	}
	return count;
}

void *table__add(struct table *table, const void *key, __u64 now, __u64 until)
{
	struct sets sets = sets_of(table, key);
	struct entry *one = NULL, *other = NULL, *entry;
	__u32 free_of_one = look_for_free(table, sets.first[0], now, &one);
	__u32 free_of_other = look_for_free(table, sets.first[1], now, &other);

	entry = free_of_other > free_of_one ? other : one;
	if (!entry)
		return NULL;
	entry->until = until;
	memset(entry->rest, 0, table->value_len);
	memcpy(key_of(table, entry), key, table->key_len);
	return entry->rest;
}

void table__keep(const struct table *table, void *value, __u64 until)
{
	(void)table;
	entry_of(value)->until = until;
}

__u32 table__place(const struct table *table, const void *value)
{
	return ((__u8 *)entry_of(value) - table->entries) / table->entry_len;
}

void *table__at(const struct table *table, __u32 place, __u64 now)
{
	struct entry *entry = entry_at(table, place);

	return entry->until > now ? entry->rest : NULL;
}

const void *table__key(const struct table *table, const void *value)
{
	return key_of(table, entry_of(value));
}
