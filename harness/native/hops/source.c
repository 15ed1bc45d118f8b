// SPDX-License-Identifier: MIT
/*
 * The source sends as much as is taken, or by a schedule: packet k is due at start + k / rate, and
 * that is the time it carries. Who is late, whoever made it so, shows in the latencies.
 */
#include <string.h>
#include <sys/prctl.h>

#include "stage.h"

#define SECOND_NS	1000000000ULL
#define NAP_NS		50000ULL	/* a blocking source does not wake more often than this */
#define LONG_NAP_NS	10000000ULL

/* To everybody, from nobody, of a type nobody handles. */
static const unsigned char header[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0, 0x88, 0xb5,
};

struct source {
	const struct hops_options *options;
	struct stage_counters *counters;
	uint64_t number;		/* of the next packet */
	struct packet batch[HOPS_MAX_BATCH];
	uint32_t count, sent;		/* in the batch, and how many of those are gone */
	/* The schedule: */
	uint64_t start;
	uint64_t scheduled;		/* packets of it that were sent, are in the batch, or are lost */
};

static uint64_t source__due_time(const struct source *source, uint64_t k)
{
	return source->start + (unsigned __int128)k * SECOND_NS / source->options->rate;
}

/* How many are due. What is more than a ring behind is lost. */
static uint64_t source__due(struct source *source, uint64_t now)
{
	uint64_t due = (unsigned __int128)(now - source->start) * source->options->rate / SECOND_NS +
		       1 - source->scheduled;
	uint64_t outstanding = due + source->count - source->sent, lost = 0;

	if (outstanding > source->options->ring_size)
		lost = outstanding - source->options->ring_size;
	if (lost > due)
		lost = due;
	counter__add(&source->counters->lost, lost);
	source->scheduled += lost;
	return due - lost;
}

static void source__write(struct source *source, const struct packet *packet, uint64_t time)
{
	char *data = packet->data;

	memcpy(data, header, sizeof(header));
	memcpy(data + PACKET_NUMBER, &source->number, sizeof(source->number));
	memcpy(data + PACKET_TIME, &time, sizeof(time));
	data[PACKET_HOPS] = 0;
	source->number++;
}

static void source__take(struct source *source, const struct transport *transport, uint32_t wanted)
{
	uint64_t now;

	source->sent = 0;
	source->count = transport->allocate(source->batch, wanted);
	now = now_ns();
	for (uint32_t i = 0; i < source->count; i++)
		source__write(source, &source->batch[i], source->options->rate ?
			      source__due_time(source, source->scheduled++) : now);
}

/* Until the next packet is due. */
static void source__nap(const struct source *source, const struct transport *transport, uint64_t now)
{
	uint64_t until = source__due_time(source, source->scheduled);
	struct timespec time;

	if (source->options->wait != HOPS_BLOCK) {
		transport->wait(false, true);
		return;
	}
	if (until < now + NAP_NS)
		until = now + NAP_NS;
	if (until > now + LONG_NAP_NS)
		until = now + LONG_NAP_NS;
	time = (struct timespec) { .tv_sec = until / SECOND_NS, .tv_nsec = until % SECOND_NS };
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

void source__run(const struct transport *transport, const struct hops_options *options,
		 struct shared *shared)
{
	static struct source source;

	source.options = options;
	source.counters = &shared->stages[0];
	source.start = now_ns();
	/* Its naps are to be as long as it says. */
	prctl(PR_SET_TIMERSLACK, 1);

	while (shared__phase(shared) != PHASE_STOP) {
		uint64_t wanted = options->batch;
		uint32_t sent;

		if (options->rate) {
			uint64_t now = now_ns(), due = source__due(&source, now);

			if (!due && source.sent == source.count) {
				source__nap(&source, transport, now);
				continue;
			}
			wanted = due < wanted ? due : wanted;
		}
		if (source.sent == source.count)
			source__take(&source, transport, wanted);
		if (source.sent < source.count) {
			sent = transport->send(source.batch + source.sent, source.count - source.sent);
			source.sent += sent;
			counter__add(&source.counters->packets, sent);
		}
		if (!source.count || source.sent < source.count)
			transport->wait(false, true);
	}
}
