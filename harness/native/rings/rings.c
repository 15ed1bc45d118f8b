// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "rings_run.h"

#define CHECK_DEADLINE_SECONDS 30

static const char *const object_names[] = { "descriptor", "address" };

static const struct ring_kind *find_kind(const char *ring, const char *object)
{
	for (const struct ring_kind *kind = ring_kinds; kind->name; kind++)
		if (!strcmp(kind->name, ring) && !strcmp(object_names[kind->object], object))
			return kind;
	return NULL;
}

static int list(void)
{
	for (const struct ring_kind *kind = ring_kinds; kind->name; kind++)
		printf("{\"ring\":\"%s\",\"object\":\"%s\",\"maxThreads\":%d}\n", kind->name,
		       object_names[kind->object], kind->single ? 1 : RINGS_MAX_THREADS);
	return 0;
}

static int explain(const struct ring_kind *kind, int err)
{
	fprintf(stderr, "rings: %s, %s: %s\n", kind->name, object_names[kind->object],
		err == -EILSEQ ? "objects got lost, doubled or changed" : strerror(-err));
	return 1;
}

static int measure(const struct rings_options *options)
{
	struct rings_result result = {};
	int err = rings__run(options, &result);
	double share;

	if (err)
		return explain(options->kind, err);
	if (!result.objects || (options->every_us && !result.others_objects))
		return explain(options->kind, -ETIME);
	/* Processor time: what each of the processors spent. */
	share = (double)result.cpus / result.objects;
	printf("{\"ring\":\"%s\",\"object\":\"%s\",\"batch\":%u,\"threads\":%u,\"cpus\":%u,",
	       options->kind->name, object_names[options->kind->object], options->batch,
	       options->threads, result.cpus);
	if (result.cycles)
		printf("\"cyclesPerObject\":%.3f,", result.cycles * share);
	else
		fputs("\"cyclesPerObject\":null,", stdout);
	printf("\"nsPerObject\":%.3f,\"objects\":%llu,\"seconds\":%.4f,\"share\":%.4f",
	       result.seconds * 1e9 * share, (unsigned long long)result.objects, result.seconds,
	       result.share);
	if (options->every_us)
		printf(",\"holdUs\":%u,\"othersPerSecond\":%.0f,\"longestWaitUs\":%.1f",
		       options->hold_us, result.others_objects / result.seconds,
		       result.longest_ns / 1e3);
	puts("}");
	return 0;
}

/* Objects that do not all fit a small ring, so that it is full and empty again and again. */
static int check(void)
{
	setlinebuf(stdout);
	/* A broken ring may never let go of a thread. */
	alarm(CHECK_DEADLINE_SECONDS);
	for (const struct ring_kind *kind = ring_kinds; kind->name; kind++) {
		struct rings_options options = {
			.kind = kind, .entries = 64, .stock = 45, .ms = 25,
			.batch = kind->single ? 25 : 7, .threads = kind->single ? 1 : 4,
		};
		struct rings_result result = {};
		int err = rings__run(&options, &result);

		if (err)
			return explain(kind, err);
		if (result.all < options.entries)
			return explain(kind, -ETIME);
		printf("%s, %s, %u threads: %llu objects, none lost or doubled\n", kind->name,
		       object_names[kind->object], options.threads,
		       (unsigned long long)result.all);
	}
	return 0;
}

static int usage(void)
{
	fputs("usage: rings --ring NAME --object descriptor|address [--batch N] [--threads N] [--ms N]\n"
	      "             [--hold-us N --every-us N]\n"
	      "       rings --list\n"
	      "       rings --check\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "ring", required_argument, NULL, 'r' },
		{ "object", required_argument, NULL, 'o' },
		{ "batch", required_argument, NULL, 'b' },
		{ "threads", required_argument, NULL, 't' },
		{ "ms", required_argument, NULL, 'm' },
		{ "hold-us", required_argument, NULL, 'h' },
		{ "every-us", required_argument, NULL, 'e' },
		{ "list", no_argument, NULL, 'l' },
		{ "check", no_argument, NULL, 'c' },
		{ 0 },
	};
	struct rings_options options = {
		.entries = RINGS_ENTRIES, .stock = RINGS_ENTRIES / 2, .batch = 32, .threads = 1, .ms = 200,
	};
	const char *ring = "", *object = "descriptor";
	int option;

	/* Nobody is left to stop it then. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Who is held comes back when it is due. */
	prctl(PR_SET_TIMERSLACK, 1);
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'r': ring = optarg; break;
		case 'o': object = optarg; break;
		case 'b': options.batch = strtoul(optarg, NULL, 10); break;
		case 't': options.threads = strtoul(optarg, NULL, 10); break;
		case 'm': options.ms = strtoul(optarg, NULL, 10); break;
		case 'h': options.hold_us = strtoul(optarg, NULL, 10); break;
		case 'e': options.every_us = strtoul(optarg, NULL, 10); break;
		case 'l': return list();
		case 'c': return check();
		default: return usage();
		}
	}
	options.kind = find_kind(ring, object);
	if (!options.kind || !options.ms || !options.batch || options.batch > RINGS_MAX_BATCH)
		return usage();
	/* What is in hands and on the ring must fit it, so that no thread waits for another. */
	if (!options.threads || options.threads > (options.kind->single ? 1 : RINGS_MAX_THREADS) ||
	    options.stock + options.threads * options.batch >= options.entries)
		return usage();
	if (options.every_us ? !options.kind->put_held || options.threads < 2 : options.hold_us)
		return usage();
	return measure(&options);
}
