// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../device/device.h"
#include "nf.h"

enum { FUNCTION_NAME, FUNCTION_FORWARD, FUNCTION_REVERSE, FUNCTION_DROP_UDP };

static char *const function_keys[] = {
	[FUNCTION_NAME] = "name",
	[FUNCTION_FORWARD] = "forward",
	[FUNCTION_REVERSE] = "reverse",
	[FUNCTION_DROP_UDP] = "drop-udp",
	NULL,
};

void options__usage(const char *program)
{
	fprintf(stderr,
		"usage: %s --xdp OBJECT --status-dir DIR [--umem shared|separate] [--frames N]\n"
		"          [--frame-size BYTES] [--ring-size N] [--mode auto|copy|zerocopy]\n"
		"          --nf name=NAME[,forward=DEVICE:QUEUE][,reverse=DEVICE:QUEUE][,drop-udp=PORT] ...\n",
		program);
}

static int number__parse(const char *text, __u32 limit, __u32 *value)
{
	unsigned long parsed;
	char *end;

	if (!text || !*text || *text == '-')
		return -EINVAL;
	errno = 0;
	parsed = strtoul(text, &end, 10);
	if (errno || *end || parsed > limit)
		return -EINVAL;
	*value = parsed;
	return 0;
}

/* DEVICE:QUEUE */
static int port_spec__parse(struct port_spec *spec, char *text)
{
	char *colon = text ? strrchr(text, ':') : NULL;

	if (!colon || colon == text)
		return -EINVAL;
	*colon = '\0';
	spec->used = true;
	return number__parse(colon + 1, 63, &spec->queue) ?:
	       device__name(spec->ifname, text, "nf");
}

static int function_spec__parse(struct function_spec *spec, char *text)
{
	__u32 port;
	int err = 0;

	memset(spec, 0, sizeof(*spec));
	spec->drop_udp_port = -1;
	while (*text && !err) {
		char *value = NULL;

		switch (getsubopt(&text, function_keys, &value)) {
		case FUNCTION_NAME:
			if (!value || !*value || strchr(value, '/') || strlen(value) >= NF_NAME_LEN)
				return -EINVAL;
			strcpy(spec->name, value);
			break;
		case FUNCTION_FORWARD:
			err = port_spec__parse(&spec->ports[0], value);
			break;
		case FUNCTION_REVERSE:
			err = port_spec__parse(&spec->ports[1], value);
			break;
		case FUNCTION_DROP_UDP:
			err = number__parse(value, 65535, &port);
			spec->drop_udp_port = port;
			break;
		default:
			return -EINVAL;
		}
	}
	if (!spec->name[0] || !(spec->ports[0].used || spec->ports[1].used))
		return -EINVAL;
	return err;
}

static int mode__parse(const char *text, enum flash_mode *mode)
{
	if (!strcmp(text, "auto"))
		*mode = FLASH_MODE_AUTO;
	else if (!strcmp(text, "copy"))
		*mode = FLASH_MODE_COPY;
	else if (!strcmp(text, "zerocopy"))
		*mode = FLASH_MODE_ZERO_COPY;
	else
		return -EINVAL;
	return 0;
}

static int options__take(struct options *options, int option, char *value)
{
	switch (option) {
	case 'u':
		options->shared_umem = !strcmp(value, "shared");
		return options->shared_umem || !strcmp(value, "separate") ? 0 : -EINVAL;
	case 'f':
		return number__parse(value, 1 << 20, &options->frames);
	case 's':
		return number__parse(value, 4096, &options->frame_size);
	case 'r':
		return number__parse(value, 1 << 16, &options->ring_size);
	case 'm':
		return mode__parse(value, &options->mode);
	case 'd':
		options->status_dir = value;
		return 0;
	case 'x':
		options->xdp_object = value;
		return 0;
	case 'n':
		if (options->function_count == NF_MAX_FUNCTIONS)
			return -E2BIG;
		return function_spec__parse(&options->functions[options->function_count++], value);
	default:
		return -EINVAL;
	}
}

int options__parse(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "umem", required_argument, NULL, 'u' },
		{ "frames", required_argument, NULL, 'f' },
		{ "frame-size", required_argument, NULL, 's' },
		{ "ring-size", required_argument, NULL, 'r' },
		{ "mode", required_argument, NULL, 'm' },
		{ "status-dir", required_argument, NULL, 'd' },
		{ "xdp", required_argument, NULL, 'x' },
		{ "nf", required_argument, NULL, 'n' },
		{ }
	};
	int option;

	*options = (struct options) {
		.shared_umem = true,
		.frames = 4096,
		.frame_size = 2048,
		.ring_size = 2048,
		.mode = FLASH_MODE_AUTO,
	};
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		int err = options__take(options, option, optarg);

		if (err)
			return err;
	}
	return options->status_dir && options->xdp_object && options->function_count &&
	       optind == argc ? 0 : -EINVAL;
}
