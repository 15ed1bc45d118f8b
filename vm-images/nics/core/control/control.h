/* SPDX-License-Identifier: MIT */
/* The control socket: lines of clients in, lines of JSON out. */
#ifndef CONTROL_H
#define CONTROL_H

#include <stddef.h>

#include "core/loop.h"

#define CONTROL_CLIENTS 8
#define CONTROL_LINE 256

struct testbed;

struct control_client {
	struct control *control;
	struct loop_source source;
	char line[CONTROL_LINE];
	size_t line_bytes;
	char *out;			/* the reply that is not sent yet; NULL: none */
	size_t out_bytes, out_sent;
};

struct control {
	struct testbed *testbed;
	const char *path;		/* not owned */
	struct loop_source listener;
	struct control_client clients[CONTROL_CLIENTS];
};

/* Return: 0 or what unix_socket__listen() says. */
int control__open(struct control *control, struct testbed *testbed, const char *path);
/* Removes the socket file, too. */
void control__close(struct control *control);

#endif
