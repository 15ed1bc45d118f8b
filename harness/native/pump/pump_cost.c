// SPDX-License-Identifier: MIT
/*
 * What a packet costs its sender: the time from sendto()'s entry to its exit, a batch at a time, for
 * a route or for the wire. The target runs in between, in the same thread, and is not measured. On
 * an emulator that counts a nanosecond an instruction this is the number of instructions.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "pump.h"

static int compare(const void *a, const void *b)
{
	__u64 left = *(const __u64 *)a, right = *(const __u64 *)b;

	return (left > right) - (left < right);
}

/* The middle of many: a timer interrupt in some of them does not count. */
static __u64 median(__u64 *values, __u32 n)
{
	qsort(values, n, sizeof(*values), compare);
	return values[n / 2];
}

static __u64 clock_cost(__u64 *samples, __u32 n)
{
	for (__u32 i = 0; i < n; i++) {
		__u64 start = now_ns();

		samples[i] = now_ns() - start;
	}
	return median(samples, n);
}

static int run_round(const struct pump_options *options, struct end *source, struct end *target,
		     __u64 *cost)
{
	__u64 start;
	int tries = 0;

	end__fill(target);
	if (end__send(source, options->batch) != options->batch)
		return -ENOBUFS;

	/* To a device one call sends 32 packets at most. */
	start = now_ns();
	while (sendto(end__fd(source), NULL, 0, MSG_DONTWAIT, NULL, 0) < 0)
		if (errno != EAGAIN || tries++ > 10)
			return -errno;
	*cost = now_ns() - start;

	for (__u32 back = 0; back < options->batch; tries++) {
		/* A busy poll that found somebody else polling did nothing. */
		if (options->busy_poll)
			sendto(end__fd(source), NULL, 0, MSG_DONTWAIT, NULL, 0);
		back += end__reclaim(source);
		if (tries > 100000)
			return -ETIME;
	}
	if (!options->wire)
		end__receive(target);
	return 0;
}

int pump_cost(const struct pump_options *options)
{
	static struct end source, target;
	__u64 *samples, clock;
	int err = 0;

	samples = calloc(options->rounds, sizeof(*samples));
	if (!samples || pair__open(&source, &target, options) || wait_for_start())
		return 1;

	clock = clock_cost(samples, options->rounds);
	for (__u32 round = 0; round < options->rounds && !err; round++)
		err = run_round(options, &source, &target, &samples[round]);
	if (err) {
		fprintf(stderr, "pump: a round of %u packets failed: error %d\n", options->batch, -err);
		return 1;
	}
	printf("{\"batch\":%u,\"bytes\":%u,\"rounds\":%u,\"clockNs\":%llu,\"nsPerPacket\":%.2f}\n",
	       options->batch, options->packet_bytes, options->rounds, clock,
	       (double)(median(samples, options->rounds) - clock) / options->batch);
	return 0;
}
