/* SPDX-License-Identifier: MIT */
/* All ports and wires of a process, and the order in which they have their turn. */
#ifndef TESTBED_H
#define TESTBED_H

#include "core/protocol/server.h"
#include "core/wire/wire.h"
#include "loop.h"
#include "port.h"

#define TESTBED_MAX 16	/* ports, and wires */

struct testbed_port {
	struct nic nic;
	struct server server;
};

struct testbed {
	struct loop loop;
	struct testbed_port ports[TESTBED_MAX];
	struct wire wires[TESTBED_MAX];
	unsigned int port_count, wire_count;
	bool quit;
};

/* These return 0 or -errno. The testbed stays where it is: its parts point at each other. */
int testbed__open(struct testbed *testbed);
/* -ENOSPC: too many. @path is not owned; NULL: no socket. */
int testbed__add_port(struct testbed *testbed, const struct nic_model *model, const uint8_t *mac,
		      const char *path);
/* A wire without ends. */
int testbed__add_wire(struct testbed *testbed);
void testbed__close(struct testbed *testbed);

/*
 * Serves what is ready, then timers, then every wire, then every port once. A pass of a port or a
 * wire is bounded, so that none waits for long, a register access least of all.
 * @may_wait: until there is something to do.
 */
int testbed__pass(struct testbed *testbed, bool may_wait);
/* When there is something to do (0: now; LOOP_NEVER: only when a descriptor is ready). */
uint64_t testbed__deadline(const struct testbed *testbed);

#endif
