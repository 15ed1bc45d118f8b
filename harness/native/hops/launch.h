/* SPDX-License-Identifier: MIT */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <stdio.h>
#include <sys/types.h>

#include "../device/device.h"
#include "stage.h"

/* What the program was told. */
struct command {
	const struct transport *transport;
	struct hops_options options;
	const char *ifnames[2 * HOPS_MAX_STAGES];
	char names[2 * HOPS_MAX_STAGES][IF_NAMESIZE];	/* what they point to */
	bool list;			/* the transports, and nothing else */
};

/* Says what is wrong. Returns 0 or -EINVAL. */
int command__parse(struct command *command, int argc, char **argv);
void command__usage(void);
const char *wait_name(enum hops_wait wait);

/* Runs the stages and reports. Returns 0 or -errno, having said what went wrong. */
int launch(const struct command *command);

/* How far everybody was at one time. */
struct snapshot {
	uint64_t time;
	uint64_t packets[HOPS_MAX_STAGES], cpu_ns[HOPS_MAX_STAGES];
	uint64_t unsent;	/* due, but there was no room */
	uint64_t missing;	/* in front of what the sink has seen */
	uint64_t reordered;
};

void snapshot__take(struct snapshot *snapshot, const struct shared *shared, const pid_t *pids,
		    uint32_t stages);
/* One line of JSON. */
void report__print(FILE *file, const struct command *command, const struct shared *shared,
		   const struct snapshot *start, const struct snapshot *end);

#endif
