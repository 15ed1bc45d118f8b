/* SPDX-License-Identifier: MIT */
#ifndef RINGS_RUN_H
#define RINGS_RUN_H

#include "rings.h"

struct rings_options {
	const struct ring_kind *kind;
	uint32_t entries;	/* a power of two */
	uint32_t stock;		/* objects on the ring at first */
	uint32_t batch, threads;
	uint32_t ms;		/* after a tenth of it to warm up */
	/* So long and so often the first thread is held; neither if there is no other to be watched. */
	uint32_t hold_us, every_us;
};

struct rings_result {
	uint64_t objects;	/* that went through the ring while the clock ran */
	uint64_t all;		/* also before and after */
	double seconds;
	double cycles;		/* of the time stamp counter in that time; 0 without one */
	uint32_t cpus;		/* how many the threads ran on */
	double share;		/* of their processors, 0 to 1, that the threads had */
	uint64_t others_objects;	/* all but the first thread's */
	uint64_t longest_ns;	/* that one of those was at a few rounds; if every_us */
};

/* Returns 0, or -errno; -EILSEQ if an object got lost, doubled or changed. */
int rings__run(const struct rings_options *options, struct rings_result *result);

#endif
