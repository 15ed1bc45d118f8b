// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "launch.h"

static const char *const wait_names[] = {
	[HOPS_SPIN] = "spin",
	[HOPS_BLOCK] = "block",
	[HOPS_BUSY] = "busy",
};

static const struct option known[] = {
	{ "transport", required_argument, NULL, 't' },
	{ "functions", required_argument, NULL, 'f' },
	{ "bytes", required_argument, NULL, 'b' },
	{ "batch", required_argument, NULL, 'n' },
	{ "ring-size", required_argument, NULL, 's' },
	{ "rate", required_argument, NULL, 'r' },
	{ "warm-up-ms", required_argument, NULL, 'u' },
	{ "measure-ms", required_argument, NULL, 'm' },
	{ "wait", required_argument, NULL, 'w' },
	{ "separate", no_argument, NULL, 'S' },
	{ "zero-copy", no_argument, NULL, 'z' },
	{ "stop-sink", no_argument, NULL, 'p' },
	{ "xdp-object", required_argument, NULL, 'x' },
	{ "ifname", required_argument, NULL, 'i' },
	{ "list", no_argument, NULL, 'l' },
	{ 0 },
};

const char *wait_name(enum hops_wait wait)
{
	return wait_names[wait];
}

void command__usage(void)
{
	fputs("usage: hops --transport NAME [--functions N] [--bytes N] [--batch N]\n"
	      "            [--ring-size N] [--rate PPS] [--warm-up-ms N] [--measure-ms N]\n"
	      "            [--wait spin|block|busy] [--separate] [--zero-copy] [--stop-sink]\n"
	      "            [--xdp-object FILE] [--ifname NAME]...\n"
	      "       hops --list\n", stderr);
}

static int number__parse(const char *name, const char *text, uint64_t min, uint64_t max,
			 uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || *value < min || *value > max) {
		fprintf(stderr, "hops: --%s %s: not a number from %llu to %llu\n", name, text,
			(unsigned long long)min, (unsigned long long)max);
		return -EINVAL;
	}
	return 0;
}

static int number32__parse(const char *name, const char *text, uint32_t min, uint32_t max,
			   uint32_t *value)
{
	uint64_t wide;
	int err = number__parse(name, text, min, max, &wide);

	if (!err)
		*value = wide;
	return err;
}

static int transport__parse(const char *name, const struct transport **transport)
{
	for (size_t i = 0; transports[i]; i++) {
		if (!strcmp(transports[i]->name, name)) {
			*transport = transports[i];
			return 0;
		}
	}
	fprintf(stderr, "hops: --transport %s: not among those of --list\n", name);
	return -EINVAL;
}

static int wait__parse(const char *name, enum hops_wait *wait)
{
	for (size_t i = 0; i < sizeof(wait_names) / sizeof(*wait_names); i++) {
		if (!strcmp(wait_names[i], name)) {
			*wait = i;
			return 0;
		}
	}
	fprintf(stderr, "hops: --wait %s: neither spin nor block nor busy\n", name);
	return -EINVAL;
}

static int ring_size__parse(const char *text, uint32_t *size)
{
	int err = number32__parse("ring-size", text, 2, 1 << 15, size);

	if (!err && (*size & (*size - 1))) {
		fprintf(stderr, "hops: --ring-size %s: not a power of two\n", text);
		return -EINVAL;
	}
	return err;
}

static int ifname__take(struct command *command, const char *given)
{
	uint32_t count = command->options.ifname_count;
	int err;

	if (count == sizeof(command->ifnames) / sizeof(*command->ifnames)) {
		fprintf(stderr, "hops: --ifname %s: too many\n", given);
		return -EINVAL;
	}
	err = device__name(command->names[count], given, "hops");
	if (err)
		return err;
	command->ifnames[count] = command->names[count];
	command->options.ifname_count++;
	return 0;
}

static int command__take(struct command *command, const char *name, int option, char *value)
{
	struct hops_options *options = &command->options;

	switch (option) {
	case 't': return transport__parse(value, &command->transport);
	case 'f': return number32__parse(name, value, 0, HOPS_MAX_FUNCTIONS, &options->functions);
	case 'b': return number32__parse(name, value, 64, HOPS_FRAME_BYTES - 256, &options->bytes);
	case 'n': return number32__parse(name, value, 1, HOPS_MAX_BATCH, &options->batch);
	case 's': return ring_size__parse(value, &options->ring_size);
	case 'r': return number__parse(name, value, 0, 1000000000, &options->rate);
	case 'u': return number32__parse(name, value, 0, 3600000, &options->warm_up_ms);
	case 'm': return number32__parse(name, value, 1, 3600000, &options->measure_ms);
	case 'w': return wait__parse(value, &options->wait);
	case 'S': options->separate = true; return 0;
	case 'z': options->zero_copy = true; return 0;
	case 'p': options->stop_sink = true; return 0;
	case 'x': options->xdp_object = value; return 0;
	case 'l': command->list = true; return 0;
	case 'i': return ifname__take(command, value);
	default:
		return -EINVAL;
	}
}

int command__parse(struct command *command, int argc, char **argv)
{
	int option, index, err;

	*command = (struct command) {
		.options = {
			.batch = 32, .bytes = 64, .ring_size = 512,
			.warm_up_ms = 500, .measure_ms = 2000,
			.ifnames = command->ifnames,
		},
	};
	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		err = option == '?' ? -EINVAL :
		      command__take(command, known[index].name, option, optarg);
		if (err)
			return err;
	}
	return optind == argc && (command->list || command->transport) ? 0 : -EINVAL;
}
