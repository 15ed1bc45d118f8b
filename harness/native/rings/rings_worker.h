/* SPDX-License-Identifier: MIT */
/* The loop that is measured: the same lines for every ring, with its functions inlined. */
#ifndef RINGS_WORKER_H
#define RINGS_WORKER_H

#include <sched.h>

#include "rings.h"

#define ROUNDS_A_LOOK 64	/* at the flag that ends it */

typedef uint32_t put_fn(void *ring, const void *objects, uint32_t n);
typedef uint32_t take_fn(void *ring, void *objects, uint32_t n);

#define RINGS_INLINE static inline __attribute__((always_inline))

/* The objects that found no room come first again. */
static inline void worker__keep(char *objects, size_t size, uint32_t put, uint32_t held)
{
	for (size_t i = 0; i < (held - put) * size; i++)
		objects[i] = objects[put * size + i];
}

RINGS_INLINE void worker__run(struct worker *worker, size_t size, uint32_t batch, put_fn *put,
			      take_fn *take)
{
	char *objects = (char *)worker->objects;
	uint32_t held = worker->held;
	uint64_t done = 0;

	while (!__atomic_load_n(worker->stop, __ATOMIC_RELAXED)) {
		for (uint32_t round = 0; round < ROUNDS_A_LOOK; round++) {
			uint32_t in = held ? put(worker->ring, objects, held) : 0, out;

			if (__builtin_expect(in < held, 0))
				worker__keep(objects, size, in, held);
			held -= in;
			out = held < batch ? take(worker->ring, objects + held * size, batch - held) : 0;
			held += out;
			done += out;
			if (__builtin_expect(!in && !out, 0))
				sched_yield();
		}
		__atomic_store_n(&worker->done, done, __ATOMIC_RELAXED);
		if (__builtin_expect(worker->watched, 0) && worker__watch(worker) && held) {
			uint32_t in = worker->put_held(worker->ring, objects, held, worker__hold);

			worker__keep(objects, size, in, held);
			held -= in;
		}
	}
	worker->held = held;
}

/* With one object at a time the functions for one are used, which are told apart at compile time. */
#define DEFINE_RING_WORK(name, size, put, take, put_one, take_one)			\
	static void name##__work(struct worker *worker)					\
	{										\
		if (worker->batch == 1)							\
			worker__run(worker, size, 1, put_one, take_one);		\
		else									\
			worker__run(worker, size, worker->batch, put, take);		\
	}

#endif
