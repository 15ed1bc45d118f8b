// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "core/memory/dma_fault.h"
#include "testbed.h"

int rack__open(struct rack *rack)
{
	int err;

	rack->port_count = rack->wire_count = 0;
	rack->quit = false;
	err = dma_fault__catch();
	if (err)
		return err;
	return loop__open(&rack->loop);
}

int rack__add_port(struct rack *rack, const struct nic_model *model, const uint8_t *mac,
		   const char *path)
{
	struct rack_port *port = &rack->ports[rack->port_count];
	int err;

	if (rack->port_count == RACK_MAX)
		return -ENOSPC;
	err = port__create(&port->nic, model, rack->port_count, mac, &rack->loop);
	if (err)
		return err;
	server__create(&port->server, &port->nic, &rack->loop);
	rack->port_count++;
	return path ? server__listen(&port->server, path) : 0;
}

int rack__add_wire(struct rack *rack)
{
	int err;

	if (rack->wire_count == RACK_MAX)
		return -ENOSPC;
	err = wire__create(&rack->wires[rack->wire_count], &rack->loop);
	if (!err)
		rack->wire_count++;
	return err;
}

void rack__close(struct rack *rack)
{
	for (unsigned int i = 0; i < rack->port_count; i++)
		server__destroy(&rack->ports[i].server);
	for (unsigned int i = 0; i < rack->wire_count; i++)
		wire__destroy(&rack->wires[i]);
	for (unsigned int i = 0; i < rack->port_count; i++)
		port__destroy(&rack->ports[i].nic);
	loop__close(&rack->loop);
}

uint64_t rack__deadline(const struct rack *rack)
{
	uint64_t deadline = LOOP_NEVER;

	for (unsigned int i = 0; i < rack->port_count; i++) {
		const struct nic *nic = &rack->ports[i].nic;

		if (nic->scheduled)
			return 0;
		if (nic->timers.next < deadline)
			deadline = nic->timers.next;
	}
	for (unsigned int i = 0; i < rack->wire_count; i++) {
		uint64_t due = wire__deadline(&rack->wires[i]);

		if (due < deadline)
			deadline = due;
	}
	return deadline;
}

int rack__pass(struct rack *rack, bool may_wait)
{
	int err = loop__wait(&rack->loop, may_wait ? rack__deadline(rack) : 0);

	if (err)
		return err;
	for (unsigned int i = 0; i < rack->port_count; i++)
		port__run_timers(&rack->ports[i].nic);
	for (unsigned int i = 0; i < rack->wire_count; i++)
		wire__pass(&rack->wires[i]);
	for (unsigned int i = 0; i < rack->port_count; i++)
		port__run_work(&rack->ports[i].nic);
	return 0;
}
