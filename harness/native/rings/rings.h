/* SPDX-License-Identifier: MIT */
/*
 * rings: what an object costs that goes once through a ring, in and out.
 *
 * The ring starts half full and every thread holds a batch of objects. A round of a thread puts its
 * batch on the ring and takes another from it, so that objects go round and no thread finds the ring
 * full or empty. In the end every object must be there exactly once, in the ring or in a thread's
 * hands. DPDK's ring_stress_autotest works like this.
 *
 * Where there are more threads than processors, one may be preempted between reserving and
 * publishing, and the others wait for it: that is what such a run measures. In the kernel it cannot
 * be, since bottom halves are off there, unless a hypervisor takes the processor away. With --hold-us
 * it is done on purpose: every now and then one thread sleeps when it has written its objects and not
 * yet published them, or before it gives the lock back.
 */
#ifndef RINGS_H
#define RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RINGS_ENTRIES		1024
#define RINGS_MAX_BATCH		64
#define RINGS_MAX_THREADS	16
#define RINGS_FRAME_BYTES	2048

enum rings_object {
	RINGS_DESCRIPTOR,	/* 16 bytes, as on RX and TX rings */
	RINGS_ADDRESS,		/* 8 bytes, as on fill and completion rings */
};

struct descriptor {
	uint64_t addr;
	uint32_t len, options;
};

/* One thread; @done is all that others read while it runs. */
struct worker {
	void *ring;
	const bool *stop;
	uint32_t batch;
	uint32_t held;		/* how many objects it has in its hands */
	uint32_t (*put_held)(void *ring, const void *objects, uint32_t n, void (*hold)(void));
	uint32_t hold_us, every_us;	/* 0 unless it is the one that is held */
	bool watched;
	uint64_t looked_ns, longest_ns;	/* for so many rounds as there are between two looks */
	uint64_t next_hold_ns;
	uint64_t done __attribute__((aligned(64)));	/* objects it took from the ring */
	struct descriptor objects[RINGS_MAX_BATCH] __attribute__((aligned(64)));
};

struct ring_kind {
	const char *name;
	enum rings_object object;
	bool single;		/* takes one thread only */
	void *(*create)(uint32_t entries);
	void (*destroy)(void *ring);
	/* Rounds until told to stop. */
	void (*work)(struct worker *worker);
	/* For who is alone with the ring. They return how many they moved. */
	uint32_t (*put)(void *ring, const void *objects, uint32_t n);
	uint32_t (*take)(void *ring, void *objects, uint32_t n);
	/* As put, with @hold called when all is written and nothing published. */
	uint32_t (*put_held)(void *ring, const void *objects, uint32_t n, void (*hold)(void));
};

/* Of a worker that is watched, at each look. Whether it is to be held now. */
bool worker__watch(struct worker *worker);
/* The worker of this thread goes away for some time. */
void worker__hold(void);

/* What this program can measure; the last one has no name. */
extern const struct ring_kind ring_kinds[];

#endif
