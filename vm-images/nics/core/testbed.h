/* SPDX-License-Identifier: MIT */
/* All ports and wires of a process, and the order in which they have their turn. */
#ifndef RACK_H
#define RACK_H

#include "core/protocol/server.h"
#include "core/wire/wire.h"
#include "loop.h"
#include "port.h"

#define RACK_MAX 16	/* ports, and wires */

struct rack_port {
	struct nic nic;
	struct server server;
};

struct rack {
	struct loop loop;
	struct rack_port ports[RACK_MAX];
	struct wire wires[RACK_MAX];
	unsigned int port_count, wire_count;
	bool quit;
};

/* These return 0 or -errno. The rack stays where it is: its parts point at each other. */
int rack__open(struct rack *rack);
/* -ENOSPC: too many. @path is not owned; NULL: no socket. */
int rack__add_port(struct rack *rack, const struct nic_model *model, const uint8_t *mac,
		   const char *path);
/* A wire without ends. */
int rack__add_wire(struct rack *rack);
void rack__close(struct rack *rack);

/*
 * Serves what is ready, then timers, then every wire, then every port once. A pass of a port or a
 * wire is bounded, so that none waits for long, a register access least of all.
 * @may_wait: until there is something to do.
 */
int rack__pass(struct rack *rack, bool may_wait);
/* When there is something to do (0: now; LOOP_NEVER: only when a descriptor is ready). */
uint64_t rack__deadline(const struct rack *rack);

#endif
