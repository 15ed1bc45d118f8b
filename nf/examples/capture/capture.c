// SPDX-License-Identifier: MIT
/* Writes packets to a file, and passes them on: see README.md. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "../program/program.h"
#include "pcapng.h"

enum { usual_snap = 65535 };
#define SECOND 1000000000ull
#define USUAL_SIZE (1ull << 30)

struct capture {
	const char *path;
	__u64 snap, most;
	struct pcapng pcapng;
	__u64 now, since_1970;	/* CLOCK_REALTIME was that far ahead of now when it began */
	bool failed;
	__u64 captured, missed;
};

static __u64 clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

/* Packets pass, whatever becomes of the file. */
static void note(struct capture *capture, int err)
{
	if (!err || capture->failed)
		return;
	capture->failed = true;
	fprintf(stderr, "capture: writing to %s: %s; packets pass on, and are missing there\n",
		capture->path, strerror(-err));
}

static bool handle(void *state, struct flash_packet *packet)
{
	struct capture *capture = state;
	struct pcapng *pcapng = &capture->pcapng;

	if (capture->failed || pcapng->written + pcapng__size(pcapng, packet->len) > capture->most) {
		capture->missed++;
		return true;
	}
	note(capture, pcapng__write(pcapng, capture->since_1970 + capture->now, packet->data, packet->len));
	if (capture->failed)
		capture->missed++;
	else
		capture->captured++;
	return true;
}

static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct capture *capture = state;

	(void)edges;
	capture->now = now_ns;
}

/* Who reads the file meanwhile sees whole packets. */
static void end(void *state)
{
	struct capture *capture = state;

	if (!capture->failed)
		note(capture, pcapng__flush(&capture->pcapng));
}

static bool set(void *state, int option, const char *value)
{
	struct capture *capture = state;

	switch (option) {
	case 'f':
		capture->path = value;
		return true;
	case 's':
		return parse_number(value, 1, usual_snap, &capture->snap);
	case 'm':
		return parse_number(value, 1, ~0ull, &capture->most);
	default:
		return false;
	}
}

static const char *check(void *state)
{
	struct capture *capture = state;
	static char why[200];
	int err;

	if (!capture->path)
		return "say which file to write to";
	err = pcapng__create(&capture->pcapng, capture->path, capture->snap);
	capture->since_1970 = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	if (!err)
		return NULL;
	snprintf(why, sizeof(why), "writing to %s: %s", capture->path,
		 err == -EWOULDBLOCK ? "another program writes to it" : strerror(-err));
	return why;
}

static void report(const void *state)
{
	const struct capture *capture = state;

	program__count("captured", capture->captured);
	program__count("missed", capture->missed);
	program__count("bytes", capture->pcapng.written);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "snap", required_argument, NULL, 's' },
		{ "most", required_argument, NULL, 'm' },
		{ }
	};
	static const struct program program = {
		.name = "capture",
		.usage = "--file PATH [--snap BYTES] [--most BYTES]",
		.options = options,
		.passes_on = true,
		.set = set,
		.check = check,
		.begin = begin,
		.handle = handle,
		.end = end,
		.report = report,
	};
	struct capture capture = { .snap = usual_snap, .most = USUAL_SIZE };
	int code = program__main(&program, &capture, argc, argv);

	note(&capture, pcapng__close(&capture.pcapng));
	return code;
}
