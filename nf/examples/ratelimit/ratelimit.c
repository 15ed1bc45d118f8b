// SPDX-License-Identifier: MIT
/* Limits how much passes: see README.md. */
#include <flash_headers.h>
#include <stdlib.h>

#include "../program/program.h"
#include "../program/table.h"

enum { mac_len = 6, usual_sources = 65536 };
#define NANO 1000000000ull
#define MOST_RATE 1000000000000ull
#define MOST_BURST 1000000000ull

/* In billionths of a byte or a packet, so that nothing is lost when it is filled often. */
struct bucket {
	__u64 tokens;
	__u64 filled_at;
};

struct source {
	__u8 kind;		/* of address: 4, 6 or 0 for Ethernet */
	__u8 address[8];	/* of IPv6 the first half: who has that has all addresses in it */
};

struct limiter {
	__u64 rate, burst, sources;
	bool bytes, per_source;
	struct table *table;	/* only of those whose bucket is not full: all others are alike */
	struct bucket common;	/* of all, or of those who find no place in the table */
	__u64 now;
	__u64 passed, limited, crowded, malformed;
};

static void fill(const struct limiter *limiter, struct bucket *bucket)
{
	__u64 full = limiter->burst * NANO, missing = full - bucket->tokens;
	__u64 elapsed = limiter->now - bucket->filled_at;

	bucket->filled_at = limiter->now;
	if (elapsed > missing / limiter->rate)
		bucket->tokens = full;
	else
		bucket->tokens += elapsed * limiter->rate;
}

static bool take(const struct limiter *limiter, struct bucket *bucket, __u64 cost)
{
	fill(limiter, bucket);
	if (bucket->tokens < cost)
		return false;
	bucket->tokens -= cost;
	return true;
}

/* When it will be full, at the latest. */
static __u64 full_at(const struct limiter *limiter, const struct bucket *bucket)
{
	return bucket->filled_at + (limiter->burst * NANO - bucket->tokens) / limiter->rate + 1;
}

static struct source source_of(const __u8 *data, const struct flash_headers *headers)
{
	struct source source = { .kind = headers->version };

	if (headers->version == 4)
		memcpy(source.address, data + headers->network + 12, 4);
	else if (headers->version == 6)
		memcpy(source.address, data + headers->network + 8, sizeof(source.address));
	else
		memcpy(source.address, data + mac_len, mac_len);
	return source;
}

static struct bucket *bucket_of(struct limiter *limiter, const struct source *source)
{
	struct bucket *bucket = table__find(limiter->table, source, limiter->now);

	if (bucket)
		return bucket;
	bucket = table__add(limiter->table, source, limiter->now, limiter->now);
	if (!bucket) {
		limiter->crowded++;
		return &limiter->common;
	}
	bucket->tokens = limiter->burst * NANO;
	bucket->filled_at = limiter->now;
	return bucket;
}

static bool handle(void *state, struct flash_packet *packet)
{
	struct limiter *limiter = state;
	struct bucket *bucket = &limiter->common;
	struct flash_headers headers;
	bool passes;

	if (flash_headers__parse(&headers, packet->data, packet->len)) {
		limiter->malformed++;
		return false;
	}
	if (limiter->per_source) {
		struct source source = source_of(packet->data, &headers);

		bucket = bucket_of(limiter, &source);
	}
	passes = take(limiter, bucket, limiter->bytes ? packet->len * NANO : NANO);
	if (bucket != &limiter->common)
		table__keep(limiter->table, bucket, full_at(limiter, bucket));
	if (passes)
		limiter->passed++;
	else
		limiter->limited++;
	return passes;
}

static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct limiter *limiter = state;

	(void)edges;
	limiter->now = now_ns;
}

static bool set(void *state, int option, const char *value)
{
	struct limiter *limiter = state;

	switch (option) {
	case 'b':
		limiter->bytes = true;
		return parse_number(value, 1, MOST_RATE, &limiter->rate);
	case 'p':
		limiter->bytes = false;
		return parse_number(value, 1, MOST_RATE, &limiter->rate);
	case 'u':
		return parse_number(value, 1, MOST_BURST, &limiter->burst);
	case 's':
		limiter->per_source = true;
		return true;
	case 'n':
		return parse_number(value, 1, 1u << 24, &limiter->sources);
	default:
		return false;
	}
}

static const char *check(void *state)
{
	struct limiter *limiter = state;

	if (!limiter->rate || !limiter->burst)
		return "say a rate and a burst";
	limiter->common.tokens = limiter->burst * NANO;
	if (!limiter->per_source)
		return NULL;
	limiter->table = table__create(limiter->sources, sizeof(struct source), sizeof(struct bucket));
	return limiter->table ? NULL : "there is no memory for so many sources";
}

static void report(const void *state)
{
	const struct limiter *limiter = state;

	program__count("passed", limiter->passed);
	program__count("limited", limiter->limited);
	program__count("crowded", limiter->crowded);
	program__count("malformed", limiter->malformed);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "bytes", required_argument, NULL, 'b' },
		{ "packets", required_argument, NULL, 'p' },
		{ "burst", required_argument, NULL, 'u' },
		{ "per-source", no_argument, NULL, 's' },
		{ "sources", required_argument, NULL, 'n' },
		{ }
	};
	static const struct program program = {
		.name = "ratelimit",
		.usage = "--bytes N | --packets N --burst N [--per-source [--sources N]]",
		.options = options,
		.passes_on = true,
		.set = set,
		.check = check,
		.begin = begin,
		.handle = handle,
		.report = report,
	};
	struct limiter limiter = { .sources = usual_sources };
	int code = program__main(&program, &limiter, argc, argv);

	table__destroy(limiter.table);
	return code;
}
