// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "core/memory/dma_fault.h"
#include "testbed.h"

int testbed__open(struct testbed *testbed)
{
	int err;

	testbed->port_count = testbed->wire_count = 0;
	testbed->quit = false;
	err = dma_fault__catch();
	if (err)
		return err;
	return loop__open(&testbed->loop);
}

int testbed__add_port(struct testbed *testbed, const struct nic_model *model, const uint8_t *mac,
		      const char *path)
{
	struct testbed_port *port = &testbed->ports[testbed->port_count];
	int err;

	if (testbed->port_count == TESTBED_MAX)
		return -ENOSPC;
	err = port__create(&port->nic, model, testbed->port_count, mac, &testbed->loop);
	if (err)
		return err;
	server__create(&port->server, &port->nic, &testbed->loop);
	testbed->port_count++;
	return path ? server__listen(&port->server, path) : 0;
}

int testbed__add_wire(struct testbed *testbed)
{
	int err;

	if (testbed->wire_count == TESTBED_MAX)
		return -ENOSPC;
	err = wire__create(&testbed->wires[testbed->wire_count], &testbed->loop);
	if (!err)
		testbed->wire_count++;
	return err;
}

void testbed__close(struct testbed *testbed)
{
	for (unsigned int i = 0; i < testbed->port_count; i++)
		server__destroy(&testbed->ports[i].server);
	for (unsigned int i = 0; i < testbed->wire_count; i++)
		wire__destroy(&testbed->wires[i]);
	for (unsigned int i = 0; i < testbed->port_count; i++)
		port__destroy(&testbed->ports[i].nic);
	loop__close(&testbed->loop);
}

uint64_t testbed__deadline(const struct testbed *testbed)
{
	uint64_t deadline = LOOP_NEVER;

	for (unsigned int i = 0; i < testbed->port_count; i++) {
		const struct nic *nic = &testbed->ports[i].nic;

		if (nic->scheduled)
			return 0;
		if (nic->timers.next < deadline)
			deadline = nic->timers.next;
	}
	for (unsigned int i = 0; i < testbed->wire_count; i++) {
		uint64_t due = wire__deadline(&testbed->wires[i]);

		if (due < deadline)
			deadline = due;
	}
	return deadline;
}

int testbed__pass(struct testbed *testbed, bool may_wait)
{
	int err = loop__wait(&testbed->loop, may_wait ? testbed__deadline(testbed) : 0);

	if (err)
		return err;
	for (unsigned int i = 0; i < testbed->port_count; i++)
		port__run_timers(&testbed->ports[i].nic);
	for (unsigned int i = 0; i < testbed->wire_count; i++)
		wire__pass(&testbed->wires[i]);
	for (unsigned int i = 0; i < testbed->port_count; i++)
		port__run_work(&testbed->ports[i].nic);
	return 0;
}
