// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "stage.h"

static const unsigned char ethertype[] = { 0x88, 0xb5 };

/* The same little work over whatever transport: reads a cache line and writes to it. */
static void packet__touch(const struct packet *packet)
{
	uint64_t line[8], sum = 0;
	unsigned char *data = packet->data, address[6];

	memcpy(line, data, sizeof(line));
	for (int i = 0; i < 8; i++)
		sum ^= line[i];
	__asm__ volatile("" : : "r"(sum));

	memcpy(address, data, 6);
	memmove(data, data + 6, 6);
	memcpy(data + 6, address, 6);
	data[PACKET_HOPS]++;
}

static void function__run(const struct transport *transport, const struct hops_options *options,
			  struct shared *shared, uint32_t stage)
{
	struct packet batch[HOPS_MAX_BATCH];
	uint32_t count = 0, sent = 0, n;

	while (shared__phase(shared) != PHASE_STOP) {
		if (sent == count) {
			count = transport->receive(batch, options->batch);
			sent = 0;
			for (uint32_t i = 0; i < count; i++)
				packet__touch(&batch[i]);
		}
		if (!count) {
			transport->wait(true, false);
			continue;
		}
		n = transport->send(batch + sent, count - sent);
		sent += n;
		counter__add(&shared->stages[stage].packets, n);
		if (sent < count)
			transport->wait(false, true);
	}
}

struct sink {
	struct shared *shared;
	struct stage_counters *counters;
	uint64_t expected;		/* the number of the next packet */
};

static void sink__measure(struct sink *sink, const unsigned char *data, uint64_t now)
{
	struct shared *shared = sink->shared;
	uint32_t hops = data[PACKET_HOPS];
	uint64_t time;

	memcpy(&time, data + PACKET_TIME, sizeof(time));
	if (!shared->latency.count || hops < shared->hops_min)
		shared->hops_min = hops;
	if (hops > shared->hops_max)
		shared->hops_max = hops;
	histogram__add(&shared->latency, now > time ? now - time : 0);
}

/* Whether it is one of the source's: a device may bring others. */
static bool sink__take(struct sink *sink, const struct packet *packet, bool measuring, uint64_t now)
{
	const unsigned char *data = packet->data;
	uint64_t number;

	if (packet->bytes < PACKET_HOPS + 1 || memcmp(data + 12, ethertype, sizeof(ethertype)))
		return false;

	memcpy(&number, data + PACKET_NUMBER, sizeof(number));
	if (number >= sink->expected) {
		counter__add(&sink->counters->lost, number - sink->expected);
		sink->expected = number + 1;
	} else {
		/* It had been taken for lost. */
		counter__add(&sink->counters->lost, -1);
		counter__add(&sink->counters->reordered, 1);
	}
	if (measuring)
		sink__measure(sink, data, now);
	return true;
}

static void sink__run(const struct transport *transport, const struct hops_options *options,
		      struct shared *shared, uint32_t stage)
{
	struct sink sink = { .shared = shared, .counters = &shared->stages[stage] };
	struct packet batch[HOPS_MAX_BATCH];
	uint32_t phase;

	while ((phase = shared__phase(shared)) != PHASE_STOP) {
		uint32_t count = transport->receive(batch, options->batch), ours = 0;
		uint64_t now;

		if (!count) {
			transport->wait(true, false);
			continue;
		}
		now = now_ns();
		for (uint32_t i = 0; i < count; i++)
			ours += sink__take(&sink, &batch[i], phase == PHASE_MEASURE, now);
		transport->release(batch, count);
		counter__add(&sink.counters->packets, ours);
	}
}

static void stage__wait_for_start(const struct shared *shared)
{
	static const struct timespec nap = { .tv_nsec = 1000000 };

	while (shared__phase(shared) == PHASE_JOIN)
		nanosleep(&nap, NULL);
}

int stage__run(const struct transport *transport, const struct hops_options *options,
	       struct shared *shared, uint32_t stage)
{
	uint32_t last = options->functions + 1;
	char name[16];
	int err;

	snprintf(name, sizeof(name), stage == 0 ? "hops source" : stage == last ? "hops sink" :
		 "hops %u", stage);
	prctl(PR_SET_NAME, name);

	err = transport->join(options, stage);
	if (err)
		return err;
	atomic_store(&shared->stages[stage].joined, true);
	stage__wait_for_start(shared);

	if (stage == 0)
		source__run(transport, options, shared);
	else if (stage == last)
		sink__run(transport, options, shared, stage);
	else
		function__run(transport, options, shared, stage);
	return 0;
}
