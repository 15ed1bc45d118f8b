/* SPDX-License-Identifier: MIT */
/* The command line. Strings are those of argv. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "testbed.h"

struct port_option {
	const char *text;		/* as given, for messages */
	const struct nic_model *model;
	const char *path;
	uint8_t mac[6];
};

struct wire_option {
	const char *text;
	unsigned int port;
	enum wire_end_kind kind;	/* of the other end */
	unsigned int peer;		/* WIRE_PORT */
	const char *name;		/* the others */
};

struct options {
	bool help;
	const char *control;
	struct port_option ports[TESTBED_MAX];
	struct wire_option wires[TESTBED_MAX];
	unsigned int port_count, wire_count;
};

void options__print_help(void);

/* Return: 0, or -EINVAL after one line on stderr. */
int options__parse(struct options *options, int argc, char **argv);

#endif
