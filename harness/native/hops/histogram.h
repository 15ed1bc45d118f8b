/* SPDX-License-Identifier: MIT */
/*
 * Counts times from 0 to beyond 10 s with a resolution of 1/64 of each: up to 64 ns exactly, and then
 * 64 buckets for every power of two.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BITS		6
#define HISTOGRAM_STEPS		(1U << HISTOGRAM_BITS)
#define HISTOGRAM_MAX		((1ULL << 34) - 1)	/* 17 s: what takes longer counts as this */
#define HISTOGRAM_BUCKETS	((34 - HISTOGRAM_BITS + 1) * HISTOGRAM_STEPS)

struct histogram {
	uint64_t count, sum, min, max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram__add(struct histogram *histogram, uint64_t value);
/* The value that @share of all, 0 to 1, are not above: the middle of its bucket. */
uint64_t histogram__quantile(const struct histogram *histogram, double share);

#endif
