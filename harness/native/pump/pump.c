// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "../device/device.h"
#include "pump.h"

static const struct {
	const char *name;
	int (*run)(const struct pump_options *options);
	const char *help;
} modes[] = {
	{ "source", pump_source, "sends until SIGTERM" },
	{ "target", pump_target, "receives until SIGTERM" },
	{ "wake", pump_wake, "blocks and wakes a source, --rounds times, and prints the latencies" },
	{ "cost", pump_cost, "sends --rounds batches and prints what a packet costs" },
	{ "race", pump_race, "--sources threads on one UMEM send --rounds packets each to one target" },
	{ "sleep", pump_sleep, "sends --rounds packets; --wait is how the source sleeps, --target what the other does" },
	{ "share", pump_share, "keeps a socket busy while one beside it sends --rounds packets" },
	{ "hostile", pump_hostile, "sends --rounds batches while a thread scribbles on all its rings" },
};

static void usage(void)
{
	fputs("usage: pump MODE --ifname NAME [--queue N] [--ring-size N] [--bytes N] [--batch N]\n"
	      "            [--rounds N] [--sources N] [--separate] [--wire] [--udp]\n"
	      "            [--zero-copy] [--busy-poll] [--target-ifname NAME]\n"
	      "            [--wait poll|level|edge] [--target busy|heeds|tells|sleeps]\n", stderr);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		fprintf(stderr, "  %-8s %s\n", modes[i].name, modes[i].help);
}

static int parse(struct pump_options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "ifname", required_argument, NULL, 'i' },
		{ "queue", required_argument, NULL, 'q' },
		{ "ring-size", required_argument, NULL, 's' },
		{ "bytes", required_argument, NULL, 'b' },
		{ "batch", required_argument, NULL, 'n' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "sources", required_argument, NULL, 'm' },
		{ "separate", no_argument, NULL, 'S' },
		{ "wire", no_argument, NULL, 'w' },
		{ "udp", no_argument, NULL, 'u' },
		{ "zero-copy", no_argument, NULL, 'z' },
		{ "busy-poll", no_argument, NULL, 'p' },
		{ "target-ifname", required_argument, NULL, 't' },
		{ "wait", required_argument, NULL, 'W' },
		{ "target", required_argument, NULL, 'T' },
		{ 0 },
	};
	static char ifname[IF_NAMESIZE], target_ifname[IF_NAMESIZE];
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'i':
			if (device__name(ifname, optarg, "pump"))
				return -1;
			options->ifname = ifname;
			break;
		case 'q': options->queue = strtoul(optarg, NULL, 10); break;
		case 's': options->ring_size = strtoul(optarg, NULL, 10); break;
		case 'b': options->packet_bytes = strtoul(optarg, NULL, 10); break;
		case 'n': options->batch = strtoul(optarg, NULL, 10); break;
		case 'r': options->rounds = strtoul(optarg, NULL, 10); break;
		case 'm': options->sources = strtoul(optarg, NULL, 10); break;
		case 'S': options->separate = true; break;
		case 'w': options->wire = true; break;
		case 'u': options->udp = true; break;
		case 'z': options->zero_copy = true; break;
		case 'p': options->busy_poll = true; break;
		case 't':
			if (device__name(target_ifname, optarg, "pump"))
				return -1;
			options->target_ifname = target_ifname;
			break;
		case 'W': options->wait = optarg; break;
		case 'T': options->target = optarg; break;
		default: return -1;
		}
	}
	if (options->sources < 1 || options->sources > PUMP_MAX_SOURCES)
		return -1;
	return options->ifname && options->batch && options->rounds && options->ring_size ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct pump_options options = {
		.ring_size = 64, .packet_bytes = 64, .batch = 32, .rounds = 1000, .sources = 1,
		.wait = "poll", .target = "sleeps",
	};

	/* Nobody is left to stop it then. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc >= 2 && !parse(&options, argc - 1, argv + 1))
		for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
			if (!strcmp(modes[i].name, argv[1]))
				return modes[i].run(&options);
	usage();
	return 2;
}
