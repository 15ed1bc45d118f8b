// SPDX-License-Identifier: MIT
/*
 * Sources that sleep until their target has room, many times over: is one ever forgotten, and how
 * long does it take?
 *
 *	source thread: fill TX until poll() blocks, sleep, wake		latency: from the target's
 *	target thread: empty RX, fill the fill ring, recvfrom(MSG_MORE)	room to the source's return
 *
 * The target asks once for what it took and then only looks at its ring: a wake-up that is lost
 * leaves the source asleep until its own timeout, when poll() may find the room after all.
 *
 * A guest whose processor is not run for a while is late without having forgotten anybody. A clock
 * on each processor, which wants to tick every millisecond, notices; that time is not the source's.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pump.h"

#define LOST_AFTER_MS	2000
#define STALL_NS	100000000ULL
#define TICK_NS		1000000ULL
#define PAUSE_NS	(10 * TICK_NS)
#define MAX_CLOCKS	64

struct wake {
	struct end source, target;
	_Atomic __u64 room_at;
	_Atomic bool done;
	_Atomic __u64 paused;		/* in which some processor was not run */
	__u32 cycles, lost, stalls;
	__u64 *latencies;
};

/* Long enough for another thread to have the processor. */
static const struct timespec nap = { .tv_nsec = 20000 };

static void *run_target(void *arg)
{
	struct wake *wake = arg;

	while (!wake->done) {
		__u32 received = end__receive(&wake->target);

		/* Also without a packet: a driver may have taken frames for its own ring. */
		if (!end__fill(&wake->target) && !received) {
			nanosleep(&nap, NULL);
			continue;
		}
		wake->room_at = now_ns();
		recvfrom(end__fd(&wake->target), NULL, 0, MSG_MORE, NULL, NULL);
	}
	return NULL;
}

struct clock {
	struct wake *wake;
	pthread_t thread;
};

static void *run_clock(void *arg)
{
	static const struct timespec tick = { .tv_nsec = TICK_NS };
	struct clock *clock = arg;
	__u64 last = now_ns();

	while (!clock->wake->done) {
		__u64 now;

		nanosleep(&tick, NULL);
		now = now_ns();
		if (now - last > PAUSE_NS)
			clock->wake->paused += now - last;
		last = now;
	}
	return NULL;
}

/* Returns how many were started, one for each processor. */
static int start_clocks(struct wake *wake, struct clock *clocks)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int count;

	for (count = 0; count < cpus && count < MAX_CLOCKS; count++) {
		cpu_set_t cpu;

		clocks[count].wake = wake;
		if (pthread_create(&clocks[count].thread, NULL, run_clock, &clocks[count]))
			break;
		CPU_ZERO(&cpu);
		CPU_SET(count, &cpu);
		pthread_setaffinity_np(clocks[count].thread, sizeof(cpu), &cpu);
	}
	return count;
}

/* Whether a wake-up was late beyond what passed while some processor was not run. */
static bool is_late(const struct wake *wake, __u64 latency, __u64 paused)
{
	static const struct timespec ticks = { .tv_nsec = 5 * TICK_NS };

	if (latency <= STALL_NS)
		return false;
	/* The source may have the processor back before the clock that notices. */
	nanosleep(&ticks, NULL);
	return latency - STALL_NS > wake->paused - paused;
}

static void run_source(struct wake *wake, __u32 cycles)
{
	struct pollfd waiting = { .fd = end__fd(&wake->source), .events = POLLOUT };

	while (wake->cycles < cycles && wake->lost + wake->stalls < 3) {
		__u64 latency, paused, room_at, woken;

		end__reclaim(&wake->source);
		end__send(&wake->source, wake->source.rings->tx->size);
		sendto(waiting.fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
		if (poll(&waiting, 1, 0))
			continue;

		paused = wake->paused;
		if (!poll(&waiting, 1, LOST_AFTER_MS)) {
			wake->lost++;
			continue;
		}
		woken = now_ns();
		room_at = wake->room_at;
		/* The target may be at the room after this one already. */
		latency = woken > room_at ? woken - room_at : 0;
		wake->latencies[wake->cycles++] = latency;
		if (is_late(wake, latency, paused))
			wake->stalls++;
	}
	wake->done = true;
}

static int compare(const void *a, const void *b)
{
	__u64 left = *(const __u64 *)a, right = *(const __u64 *)b;

	return (left > right) - (left < right);
}

static void report(struct wake *wake, __u64 started)
{
	__u32 n = wake->cycles;
	__u64 *sorted = wake->latencies;

	qsort(sorted, n, sizeof(*sorted), compare);
	printf("{\"cycles\":%u,\"lost\":%u,\"stalls\":%u,\"seconds\":%.1f,\"pausedSeconds\":%.3f", n,
	       wake->lost, wake->stalls, (now_ns() - started) / 1e9, wake->paused / 1e9);
	if (n)
		printf(",\"latencyNs\":{\"p50\":%llu,\"p90\":%llu,\"p99\":%llu,\"p999\":%llu,\"max\":%llu}",
		       sorted[n / 2], sorted[n / 10 * 9], sorted[n / 100 * 99],
		       sorted[n / 1000 * 999], sorted[n - 1]);
	puts("}");
}

int pump_wake(const struct pump_options *options)
{
	static struct wake wake;
	static struct clock clocks[MAX_CLOCKS];
	int clock_count;
	pthread_t thread;
	__u64 started;

	wake.latencies = calloc(options->rounds, sizeof(*wake.latencies));
	if (!wake.latencies || pair__open(&wake.source, &wake.target, options))
		return 1;
	end__fill(&wake.target);
	if (wait_for_start())
		return 1;

	started = now_ns();
	if (pthread_create(&thread, NULL, run_target, &wake))
		return 1;
	clock_count = start_clocks(&wake, clocks);
	run_source(&wake, options->rounds);
	pthread_join(thread, NULL);
	while (clock_count--)
		pthread_join(clocks[clock_count].thread, NULL);
	report(&wake, started);
	return 0;
}
