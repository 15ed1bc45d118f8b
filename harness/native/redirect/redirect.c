// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "hop.h"

#define CHECK_DEADLINE_SECONDS	30
#define CHECK_STEPS		20000
#define CHECK_ENTRIES		64
/* So many packets are one sample: the time stamp counter has steps of some 20 cycles. */
#define SAMPLE_PACKETS		512
#define MAX_SAMPLES		100000
#define CLOCK_SAMPLES		31
#define CLOCK_ROUNDS		512

struct measurement {
	double *samples;	/* cycles per packet */
	uint32_t cnt;
	double clock_cost;	/* cycles, of each call, taken off */
	double cycles_per_ns;
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static uint64_t now_cycles(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	return 0;
#endif
}

static int by_value(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

/* The middle one of several, as what it is taken off. */
static double clock_cost(void)
{
	double samples[CLOCK_SAMPLES];

	for (uint32_t i = 0; i < CLOCK_SAMPLES; i++)
		samples[i] = (double)hop__clock_cost(CLOCK_ROUNDS) / CLOCK_ROUNDS;
	qsort(samples, CLOCK_SAMPLES, sizeof(*samples), by_value);
	return samples[CLOCK_SAMPLES / 2];
}

/* A call for a batch at a time; whatever it moved is back where it came from before the next one. */
static int sample(struct hop *hop, uint32_t batch, double clock, double *per_packet)
{
	uint64_t cycles = 0;
	uint32_t packets = 0, calls = 0;

	while (packets < SAMPLE_PACKETS) {
		if (hop__send(hop, batch, false) != batch)
			return -ENOBUFS;
		if (hop__redirect(hop, batch, &cycles) != batch)
			return -EIO;
		if (hop__receive(hop, batch) != (int)batch)
			return -EILSEQ;
		hop__refill(hop, batch);
		hop__complete(hop, batch);
		packets += batch;
		calls++;
	}
	*per_packet = (cycles - calls * clock) / packets;
	return 0;
}

static int measure_hop(struct hop *hop, uint32_t batch, uint32_t ms, struct measurement *of)
{
	double begin, end, ignored;
	uint64_t cycles;
	int err = 0;

	of->samples = calloc(MAX_SAMPLES, sizeof(*of->samples));
	if (!of->samples)
		return -ENOMEM;
	hop__refill(hop, HOP_FRAMES);
	for (begin = now_ns(); !err && now_ns() - begin < ms * 1e5; )
		err = sample(hop, batch, 0, &ignored);

	begin = now_ns();
	cycles = now_cycles();
	of->clock_cost = clock_cost();
	do {
		if (!err)
			err = sample(hop, batch, of->clock_cost, &of->samples[of->cnt]);
		end = now_ns();
	} while (!err && ++of->cnt < MAX_SAMPLES && end - begin < ms * 1e6);
	of->cycles_per_ns = (now_cycles() - cycles) / (end - begin);
	return err ? err : hop__audit(hop);
}

static int explain(int err)
{
	fprintf(stderr, "redirect: %s\n", err == -EILSEQ ? "packets or frames got lost, doubled or changed" :
		err == -EIO ? "a batch that had room did not move" : strerror(-err));
	return 1;
}

/* The median is what a sample cost that nothing interrupted. */
static int measure(bool copy, uint32_t bytes, uint32_t batch, uint32_t ms)
{
	struct hop *hop = hop__create(copy, bytes, HOP_FRAMES);
	struct sched_param real_time = { .sched_priority = 1 };
	struct measurement of = {};
	int err;
	double median;

	/* If we may: in the kernel no program takes the processor away either. */
	sched_setscheduler(0, SCHED_FIFO, &real_time);
	err = hop ? measure_hop(hop, batch, ms, &of) : -ENOMEM;
	if (hop)
		hop__destroy(hop);
	if (err) {
		free(of.samples);
		return explain(err);
	}
	qsort(of.samples, of.cnt, sizeof(*of.samples), by_value);
	median = of.samples[of.cnt / 2];
	printf("{\"hop\":\"%s\",\"packetBytes\":%u,\"batch\":%u,\"cyclesPerPacket\":%.3f,"
	       "\"nsPerPacket\":%.3f,\"tenthCycles\":%.3f,\"ninetiethCycles\":%.3f,"
	       "\"clockCycles\":%.1f,\"packets\":%llu}\n",
	       copy ? "copy" : "zero-copy", bytes, batch, median, median / of.cycles_per_ns,
	       of.samples[of.cnt / 10], of.samples[of.cnt * 9ull / 10], of.clock_cost,
	       (unsigned long long)of.cnt * SAMPLE_PACKETS);
	free(of.samples);
	return 0;
}

/* The same numbers each time. */
static uint32_t chance(uint64_t *seed, uint32_t limit)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (*seed >> 33) % limit;
}

struct check {
	uint32_t sent, received, stashed;
};

/* Steps in any order, so that each ring gets full and empty and packets of several buffers stall. */
static int check_step(struct hop *hop, uint64_t *seed, struct check *so_far)
{
	uint32_t n = 1 + chance(seed, HOP_MAX_BATCH);
	uint64_t cycles = 0;
	int received;

	switch (chance(seed, 6)) {
	case 0:
		so_far->sent += hop__send(hop, n, false);
		break;
	case 1:
		so_far->sent += hop__send(hop, 1 + n % 8, true);
		break;
	case 2:
		hop__redirect(hop, n, &cycles);
		break;
	case 3:
		received = hop__receive(hop, n);
		if (received < 0)
			return received;
		so_far->received += received;
		break;
	case 4:
		hop__refill(hop, n);
		break;
	case 5:
		hop__complete(hop, n);
		break;
	}
	so_far->stashed += hop__stashed(hop) > 0;
	return hop__audit(hop);
}

static int check_end(struct hop *hop, struct check *so_far)
{
	int received = hop__settle(hop, CHECK_ENTRIES);

	if (received < 0)
		return received;
	so_far->received += received;
	return so_far->received == so_far->sent ? hop__audit(hop) : -EILSEQ;
}

static int check_hop(bool copy, uint32_t bytes)
{
	struct hop *hop = hop__create(copy, bytes, CHECK_ENTRIES);
	struct hop_stalls stalls = {};
	struct check so_far = {};
	uint64_t seed = bytes;
	int err = hop ? 0 : -ENOMEM;

	for (uint32_t step = 0; !err && step < CHECK_STEPS; step++)
		err = check_step(hop, &seed, &so_far);
	if (!err)
		err = check_end(hop, &so_far);
	if (hop) {
		stalls = hop__stalls(hop);
		hop__destroy(hop);
	}
	if (err)
		return explain(err);
	printf("%s, %u bytes: %u packets arrived as they were sent; stalls: %llu RX full, "
	       "%llu fill ring empty, %llu CQ full; %u times frames in the stash\n",
	       copy ? "copy" : "zero-copy", bytes, so_far.received,
	       (unsigned long long)stalls.rx_full, (unsigned long long)stalls.fill_empty,
	       (unsigned long long)stalls.cq_full, so_far.stashed);
	/* Or this has shown less than it says. */
	return !stalls.rx_full || !stalls.fill_empty || !stalls.cq_full || !so_far.stashed;
}

static int check(void)
{
	static const uint32_t sizes[] = { 64, 1500 };
	int failed = 0;

	setlinebuf(stdout);
	alarm(CHECK_DEADLINE_SECONDS);
	for (int copy = 0; copy < 2; copy++)
		for (uint32_t i = 0; i < 2; i++)
			failed |= check_hop(copy, sizes[i]);
	return failed;
}

static int usage(void)
{
	fputs("usage: redirect [--copy] [--bytes N] [--batch N] [--ms N]\n"
	      "       redirect --check\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "copy", no_argument, NULL, 'c' },
		{ "bytes", required_argument, NULL, 'b' },
		{ "batch", required_argument, NULL, 'n' },
		{ "ms", required_argument, NULL, 'm' },
		{ "check", no_argument, NULL, 'k' },
		{ 0 },
	};
	uint32_t bytes = 64, batch = 32, ms = 200;
	bool copy = false;
	int option;

	/* Nobody is left to stop it then. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'c': copy = true; break;
		case 'b': bytes = strtoul(optarg, NULL, 10); break;
		case 'n': batch = strtoul(optarg, NULL, 10); break;
		case 'm': ms = strtoul(optarg, NULL, 10); break;
		case 'k': return check();
		default: return usage();
		}
	}
	if (!bytes || bytes > HOP_MAX_BYTES || !batch || batch > HOP_MAX_BATCH || !ms)
		return usage();
	return measure(copy, bytes, batch, ms);
}
