// SPDX-License-Identifier: MIT
#include "histogram.h"

static uint32_t bucket_of(uint64_t value)
{
	uint32_t shift;

	if (value < HISTOGRAM_STEPS)
		return value;
	shift = 63 - __builtin_clzll(value) - HISTOGRAM_BITS;
	return shift * HISTOGRAM_STEPS + (value >> shift);
}

static uint64_t bucket__middle(uint32_t bucket)
{
	uint32_t shift;

	if (bucket < 2 * HISTOGRAM_STEPS)
		return bucket;
	shift = bucket / HISTOGRAM_STEPS - 1;
	return ((uint64_t)(bucket - shift * HISTOGRAM_STEPS) << shift) + (1ULL << shift) / 2;
}

void histogram__add(struct histogram *histogram, uint64_t value)
{
	if (value > HISTOGRAM_MAX)
		value = HISTOGRAM_MAX;
	if (!histogram->count || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->count++;
	histogram->sum += value;
	histogram->buckets[bucket_of(value)]++;
}

uint64_t histogram__quantile(const struct histogram *histogram, double share)
{
	uint64_t rank = share * histogram->count, seen = 0, value;
	uint32_t bucket;

	if (!histogram->count)
		return 0;
	for (bucket = 0; bucket < HISTOGRAM_BUCKETS - 1; bucket++) {
		seen += histogram->buckets[bucket];
		if (seen > rank)
			break;
	}
	value = bucket__middle(bucket);
	if (value < histogram->min)
		return histogram->min;
	return value < histogram->max ? value : histogram->max;
}
