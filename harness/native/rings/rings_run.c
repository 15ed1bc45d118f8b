// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rings_run.h"

#define PATIENCE_SECONDS 20

struct run {
	const struct rings_options *options;
	void *ring;
	struct worker *workers;
	bool stop;
};

struct moment {
	uint64_t objects, ns, cycles;
};

static size_t object__size(const struct ring_kind *kind)
{
	return kind->object == RINGS_DESCRIPTOR ? sizeof(struct descriptor) : sizeof(uint64_t);
}

/* What the object of this number looks like; an address is how a descriptor begins. */
static struct descriptor object__make(uint32_t number)
{
	return (struct descriptor) {
		.addr = (uint64_t)number * RINGS_FRAME_BYTES, .len = 64 + number % 1024,
	};
}

static void objects__make(const struct ring_kind *kind, void *objects, uint32_t first, uint32_t n)
{
	size_t size = object__size(kind);

	for (uint32_t i = 0; i < n; i++) {
		struct descriptor object = object__make(first + i);

		memcpy((char *)objects + i * size, &object, size);
	}
}

/* Ticks off the objects found; an unknown or changed one is none. */
static uint32_t objects__tick(const struct ring_kind *kind, const void *objects, uint32_t n,
			      bool *seen, uint32_t total)
{
	size_t size = object__size(kind);
	uint32_t found = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct descriptor object = {}, expected;
		uint64_t number;

		memcpy(&object, (const char *)objects + i * size, size);
		number = object.addr / RINGS_FRAME_BYTES;
		if (number >= total || seen[number])
			continue;
		expected = object__make(number);
		if (memcmp(&object, &expected, size))
			continue;
		seen[number] = true;
		found++;
	}
	return found;
}

static int run__stock(struct run *run)
{
	const struct rings_options *options = run->options;
	struct descriptor object;

	for (uint32_t i = 0; i < options->stock; i++) {
		objects__make(options->kind, &object, i, 1);
		if (!options->kind->put(run->ring, &object, 1))
			return -ENOBUFS;
	}
	for (uint32_t i = 0; i < options->threads; i++) {
		struct worker *worker = &run->workers[i];

		worker->ring = run->ring;
		worker->stop = &run->stop;
		worker->batch = worker->held = options->batch;
		objects__make(options->kind, worker->objects, options->stock + i * options->batch,
			      options->batch);
	}
	return 0;
}

static int run__audit(struct run *run)
{
	const struct rings_options *options = run->options;
	uint32_t total = options->stock + options->threads * options->batch, found = 0, all = 0;
	bool *seen = calloc(total, sizeof(*seen));
	struct descriptor object;

	if (!seen)
		return -ENOMEM;
	for (uint32_t i = 0; i < options->threads; i++) {
		const struct worker *worker = &run->workers[i];

		all += worker->held;
		found += objects__tick(options->kind, worker->objects, worker->held, seen, total);
	}
	for (; options->kind->take(run->ring, &object, 1); all++)
		found += objects__tick(options->kind, &object, 1, seen, total);
	free(seen);
	return all == total && found == total ? 0 : -EILSEQ;
}

static struct moment run__look(const struct run *run)
{
	struct moment moment = {};
	struct timespec now;

	for (uint32_t i = 0; i < run->options->threads; i++)
		moment.objects += __atomic_load_n(&run->workers[i].done, __ATOMIC_RELAXED);
	clock_gettime(CLOCK_MONOTONIC, &now);
	moment.ns = now.tv_sec * 1000000000ull + now.tv_nsec;
#ifdef __x86_64__
	moment.cycles = __builtin_ia32_rdtsc();
#endif
	return moment;
}

static void sleep_us(uint64_t us)
{
	struct timespec time = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&time, NULL);
}

/* Threads go to the processors we may use in turn. */
static int pin(pthread_attr_t *attr, uint32_t thread, uint32_t *cpus)
{
	cpu_set_t allowed, one;
	uint32_t turn = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -errno;
	*cpus = CPU_COUNT(&allowed);
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && turn++ == thread % *cpus)
			CPU_SET(cpu, &one);
	return -pthread_attr_setaffinity_np(attr, sizeof(one), &one);
}

struct start {
	const struct ring_kind *kind;
	struct worker *worker;
};

static void *start__main(void *data)
{
	struct start *start = data;

	start->kind->work(start->worker);
	return NULL;
}

static int run__measure(struct run *run, struct rings_result *result)
{
	const struct rings_options *options = run->options;
	struct start starts[RINGS_MAX_THREADS];
	pthread_t threads[RINGS_MAX_THREADS];
	struct moment begin, end;
	uint32_t started = 0;
	pthread_attr_t attr;
	int err = 0;

	pthread_attr_init(&attr);
	for (; started < options->threads && !err; started += !err) {
		starts[started] = (struct start) { options->kind, &run->workers[started] };
		err = pin(&attr, started, &result->cpus);
		if (!err)
			err = -pthread_create(&threads[started], &attr, start__main, &starts[started]);
	}
	if (!err) {
		sleep_us(options->ms * 100ull);
		begin = run__look(run);
		/* Where others want the processors, the threads may not have run at all. */
		do {
			sleep_us(options->ms * 1000ull);
			end = run__look(run);
		} while (end.objects == begin.objects &&
			 end.ns - begin.ns < PATIENCE_SECONDS * 1000000000ull);
		result->objects = end.objects - begin.objects;
		result->seconds = (end.ns - begin.ns) / 1e9;
		result->cycles = end.cycles - begin.cycles;
	}
	__atomic_store_n(&run->stop, true, __ATOMIC_RELAXED);
	while (started--)
		pthread_join(threads[started], NULL);
	pthread_attr_destroy(&attr);
	result->all = run__look(run).objects;
	if (result->cpus > options->threads)
		result->cpus = options->threads;
	return err;
}

int rings__run(const struct rings_options *options, struct rings_result *result)
{
	size_t bytes = options->threads * sizeof(struct worker);
	struct run run = { .options = options };
	int err = -ENOMEM;

	run.workers = aligned_alloc(64, bytes);
	run.ring = options->kind->create(options->entries);
	if (run.workers && run.ring) {
		memset(run.workers, 0, bytes);
		err = run__stock(&run);
		if (!err)
			err = run__measure(&run, result);
		if (!err)
			err = run__audit(&run);
	}
	if (run.ring)
		options->kind->destroy(run.ring);
	free(run.workers);
	return err;
}
