/* SPDX-License-Identifier: MIT */
/*
 * What a stage does, and what it shares with the launcher: each counter has one writer, so that a
 * relaxed store is enough.
 */
#ifndef STAGE_H
#define STAGE_H

#include <stdatomic.h>
#include <time.h>

#include "histogram.h"
#include "hops.h"

/* In a packet, behind its Ethernet header. */
#define PACKET_NUMBER	16	/* 64 bits: counts what the source sent */
#define PACKET_TIME	24	/* 64 bits: CLOCK_MONOTONIC, when it was (to be) sent */
#define PACKET_HOPS	32	/* 8 bits: functions it has been through */

enum phase {
	PHASE_JOIN,
	PHASE_WARM_UP,
	PHASE_MEASURE,
	PHASE_STOP,
};

struct stage_counters {
	_Alignas(64) _Atomic uint64_t packets;	/* that it sent, or received if it is the sink */
	_Atomic uint64_t lost;			/* source: due, but there was no room; sink: never came */
	_Atomic uint64_t reordered;
	_Atomic bool joined;
};

struct shared {
	_Alignas(64) _Atomic uint32_t phase;
	struct stage_counters stages[HOPS_MAX_STAGES];
	/* Written by the sink while measuring. */
	struct histogram latency;
	uint32_t hops_min, hops_max;
};

/* The life of a stage. Returns 0 or -errno. */
int stage__run(const struct transport *transport, const struct hops_options *options,
	       struct shared *shared, uint32_t stage);
void source__run(const struct transport *transport, const struct hops_options *options,
		 struct shared *shared);

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline uint32_t shared__phase(const struct shared *shared)
{
	return atomic_load_explicit(&shared->phase, memory_order_acquire);
}

static inline void counter__add(_Atomic uint64_t *counter, uint64_t n)
{
	uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, value + n, memory_order_relaxed);
}

#endif
