// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "rings_run.h"

#define PATIENCE_SECONDS 20

struct run {
	const struct rings_options *options;
	void *ring;
	struct worker *workers;
	bool stop;
};

struct moment {
	uint64_t objects, others_objects, ns, cycles, cpu_ns;
};

/* The thread's own. */
static __thread const struct worker *held;

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
		worker->watched = options->every_us;
		worker->put_held = options->kind->put_held;
		objects__make(options->kind, worker->objects, options->stock + i * options->batch,
			      options->batch);
	}
	run->workers[0].hold_us = options->hold_us;
	run->workers[0].every_us = options->every_us;
	return 0;
}

static uint64_t ns_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void sleep_us(uint64_t us)
{
	struct timespec time = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&time, NULL);
}

bool worker__watch(struct worker *worker)
{
	uint64_t now = ns_of(CLOCK_MONOTONIC);

	if (worker->looked_ns && now - worker->looked_ns > worker->longest_ns)
		worker->longest_ns = now - worker->looked_ns;
	worker->looked_ns = now;
	if (!worker->hold_us || now < worker->next_hold_ns)
		return false;
	worker->next_hold_ns = now + worker->every_us * 1000ull;
	held = worker;
	return true;
}

void worker__hold(void)
{
	sleep_us(held->hold_us);
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

static struct moment run__look(const struct run *run, const pthread_t *threads)
{
	struct moment moment = {};
	clockid_t clock;

	for (uint32_t i = 0; i < run->options->threads; i++) {
		const struct worker *worker = &run->workers[i];
		uint64_t done = __atomic_load_n(&worker->done, __ATOMIC_RELAXED);

		moment.objects += done;
		moment.others_objects += i ? done : 0;
		if (threads && !pthread_getcpuclockid(threads[i], &clock))
			moment.cpu_ns += ns_of(clock);
	}
	moment.ns = ns_of(CLOCK_MONOTONIC);
#ifdef __x86_64__
	moment.cycles = __builtin_ia32_rdtsc();
#endif
	return moment;
}

/* Threads go to the processors we may use in turn. */
static int pin(pthread_attr_t *attr, uint32_t thread, const cpu_set_t *allowed)
{
	uint32_t turn = 0, cpus = CPU_COUNT(allowed);
	cpu_set_t one;

	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, allowed) && turn++ == thread % cpus)
			CPU_SET(cpu, &one);
	return -pthread_attr_setaffinity_np(attr, sizeof(one), &one);
}

/*
 * In the kernel no program takes the processor from who is at a ring. Where each thread has one, real
 * time sees to the same here, if we may have it. Who stops them comes before them.
 */
static void take_processors(pthread_attr_t *attr)
{
	struct sched_param worker = { .sched_priority = 1 }, self = { .sched_priority = 2 };

	if (sched_setscheduler(0, SCHED_FIFO, &self))
		return;
	pthread_attr_setinheritsched(attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(attr, SCHED_FIFO);
	pthread_attr_setschedparam(attr, &worker);
}

/* Where they share processors the scheduler may preempt one for another, but rather not for others. */
static void come_first(void)
{
	FILE *group = getsid(0) == getpid() ? fopen("/proc/self/autogroup", "w") : NULL;

	setpriority(PRIO_PROCESS, 0, -19);
	if (!group)
		return;
	fputs("-19", group);
	fclose(group);
}

static bool has_moved(const struct rings_options *options, const struct moment *begin,
		      const struct moment *end)
{
	return end->objects != begin->objects &&
	       (!options->every_us || end->others_objects != begin->others_objects);
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
	struct sched_param usual = {};
	uint32_t started = 0;
	pthread_attr_t attr;
	cpu_set_t allowed;
	int err = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -errno;
	pthread_attr_init(&attr);
	result->cpus = CPU_COUNT(&allowed);
	if (options->threads <= result->cpus)
		take_processors(&attr);
	else
		come_first();
	for (; started < options->threads && !err; started += !err) {
		starts[started] = (struct start) { options->kind, &run->workers[started] };
		err = pin(&attr, started, &allowed);
		if (!err)
			err = -pthread_create(&threads[started], &attr, start__main, &starts[started]);
	}
	if (!err) {
		sleep_us(options->ms * 100ull);
		begin = run__look(run, threads);
		/* Where others want the processors, the threads may not have run at all. */
		do {
			sleep_us(options->ms * 1000ull);
			end = run__look(run, threads);
		} while (!has_moved(options, &begin, &end) &&
			 end.ns - begin.ns < PATIENCE_SECONDS * 1000000000ull);
		result->objects = end.objects - begin.objects;
		result->seconds = (end.ns - begin.ns) / 1e9;
		result->cycles = end.cycles - begin.cycles;
		result->others_objects = end.others_objects - begin.others_objects;
		result->share = (end.cpu_ns - begin.cpu_ns) / (result->seconds * 1e9);
	}
	__atomic_store_n(&run->stop, true, __ATOMIC_RELAXED);
	while (started--)
		pthread_join(threads[started], NULL);
	pthread_attr_destroy(&attr);
	sched_setscheduler(0, SCHED_OTHER, &usual);
	result->all = run__look(run, NULL).objects;
	if (result->cpus > options->threads)
		result->cpus = options->threads;
	result->share /= result->cpus;
	for (uint32_t i = 1; i < options->threads; i++)
		if (run->workers[i].longest_ns > result->longest_ns)
			result->longest_ns = run->workers[i].longest_ns;
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
