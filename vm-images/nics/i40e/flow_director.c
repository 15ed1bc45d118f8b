// SPDX-License-Identifier: MIT
/* Flows are programmed by descriptors on TX rings, and what went wrong is told on RX rings. */
#include "frame/bytes.h"
#include "flow_director.h"
#include "flow_table.h"
#include "i40e.h"
#include "input_set.h"
#include "intel/packet.h"
#include "rx.h"

#define COMMAND_ADD 1
#define COMMAND_REMOVE 2
#define ERROR_TABLE_FULL 0x1
#define ERROR_NO_ENTRY 0x2
#define FIELDS_FLEXIBLE (UINT64_C(0xff) << 6)

void i40e_flow_director__program(struct i40e *chip, unsigned int queue,
				 const uint8_t descriptor[16], const uint8_t *frame, size_t bytes)
{
	uint32_t where = le32(descriptor), command = le32(descriptor + 8);
	struct i40e_flow_key key = { .type = bits(where, 17, 6) };
	uint64_t fields = i40e_flow_table__fields(chip, key.type);
	uint32_t id = le32(descriptor + 12);
	struct i40e_flow *flow;
	struct packet packet;

	if (fields & FIELDS_FLEXIBLE)
		nic__warn(chip->nic, "flow director filters do not look at flexible bytes");
	packet__parse(&packet, frame, bytes);
	key.bytes = i40e_input_set__take(&packet, frame, bytes, fields, true, key.data);
	flow = i40e_flow_table__find(&chip->flows, &key);

	switch (bits(command, 4, 3)) {
	case COMMAND_ADD:
		if (!flow)
			flow = i40e_flow_table__add(&chip->flows, &key);
		if (!flow) {
			i40e_rx__flow_status(chip, queue, id, ERROR_TABLE_FULL);
			return;
		}
		flow->queue = bits(where, 0, 11);
		flow->vsi = bits(where, 23, 9);
		flow->destination = bits(command, 7, 2);
		flow->counts = bits(command, 11, 1);
		flow->reports_id = bits(command, 13, 2);
		flow->counter = bits(command, 20, 9);
		flow->id = id;
		break;
	case COMMAND_REMOVE:
		if (flow)
			i40e_flow_table__remove(&chip->flows, flow);
		else
			i40e_rx__flow_status(chip, queue, id, ERROR_NO_ENTRY);
		break;
	default:
		nic__warn(chip->nic, "a filter was programmed with an unknown command");
	}
}
