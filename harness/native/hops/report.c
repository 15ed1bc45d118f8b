// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "launch.h"

static uint64_t cpu_time(pid_t pid)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &time))
		return 0;
	return (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void snapshot__take(struct snapshot *snapshot, const struct shared *shared, const pid_t *pids,
		    uint32_t stages)
{
	const struct stage_counters *sink = &shared->stages[stages - 1];

	snapshot->time = now_ns();
	for (uint32_t i = 0; i < stages; i++) {
		snapshot->packets[i] = atomic_load(&shared->stages[i].packets);
		snapshot->cpu_ns[i] = cpu_time(pids[i]);
	}
	snapshot->unsent = atomic_load(&shared->stages[0].lost);
	snapshot->missing = atomic_load(&sink->lost);
	snapshot->reordered = atomic_load(&sink->reordered);
}

static void latency__print(FILE *file, const struct histogram *latency)
{
	static const struct {
		const char *name;
		double share;
	} quantiles[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 } };

	fprintf(file, ",\"latencyNs\":{\"count\":%" PRIu64 ",\"min\":%" PRIu64, latency->count,
		latency->min);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
		fprintf(file, ",\"%s\":%" PRIu64, quantiles[i].name,
			histogram__quantile(latency, quantiles[i].share));
	fprintf(file, ",\"max\":%" PRIu64 ",\"mean\":%.0f}", latency->max,
		latency->count ? (double)latency->sum / latency->count : 0);
}

/* What was late at the start of the window and came in it counts against what is missing. */
static uint64_t lost_between(const struct snapshot *start, const struct snapshot *end)
{
	int64_t lost = end->unsent - start->unsent + end->missing - start->missing;

	return lost > 0 ? lost : 0;
}

void report__print(FILE *file, const struct command *command, const struct shared *shared,
		   const struct snapshot *start, const struct snapshot *end)
{
	const struct hops_options *options = &command->options;
	uint32_t sink = options->functions + 1;
	uint64_t received = end->packets[sink] - start->packets[sink];
	double seconds = (end->time - start->time) / 1e9;

	fprintf(file, "{\"transport\":\"%s\",\"functions\":%u,\"bytes\":%u,\"batch\":%u,\"ringSize\":%u,"
		"\"rate\":%" PRIu64 ",\"wait\":\"%s\",\"seconds\":%.3f", command->transport->name,
		options->functions, options->bytes, options->batch, options->ring_size, options->rate,
		wait_name(options->wait), seconds);
	fprintf(file, ",\"sent\":%" PRIu64 ",\"received\":%" PRIu64 ",\"lost\":%" PRIu64
		",\"reordered\":%" PRIu64 ",\"pps\":%.0f", end->packets[0] - start->packets[0],
		received, lost_between(start, end), end->reordered - start->reordered,
		received / seconds);
	fprintf(file, ",\"cpuSeconds\":[");
	for (uint32_t i = 0; i <= sink; i++)
		fprintf(file, "%s%.3f", i ? "," : "", (end->cpu_ns[i] - start->cpu_ns[i]) / 1e9);
	fprintf(file, "],\"hopsSeen\":[%u,%u]", shared->hops_min, shared->hops_max);
	latency__print(file, &shared->latency);
	fputs("}\n", file);
}
