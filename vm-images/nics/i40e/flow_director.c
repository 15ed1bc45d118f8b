// SPDX-License-Identifier: MIT
/*
 * Exact matches of a packet's fields to a queue. Which fields count is set for each packet type, so
 * that a flow's key is the fields alone. Keys are hashed into buckets of a fixed table; when it is
 * full, the driver is told through the RX ring.
 */
#include <string.h>

#include "frame/bytes.h"
#include "flow_director.h"
#include "registers.h"

#define COMMAND_ADD 1
#define COMMAND_REMOVE 2
#define ERROR_TABLE_FULL 0x1
#define ERROR_NO_ENTRY 0x2
#define FIELDS_FLEXIBLE (UINT64_C(0xff) << 6)

_Static_assert(PACKET_INPUT_MAX <= I40E_FLOW_KEY_BYTES, "a key holds any input");

static uint64_t flow__fields(const struct i40e *chip, unsigned int type)
{
	return i40e__register(chip, PRTQF_FD_INSET(type, 0)) |
	       (uint64_t)i40e__register(chip, PRTQF_FD_INSET(type, 1)) << 32;
}

static unsigned int key__bucket(const struct i40e_flow_key *key)
{
	uint32_t hash = 2166136261u ^ key->type;	/* FNV-1a */
	unsigned int i;

	for (i = 0; i < key->bytes; i++)
		hash = (hash ^ key->data[i]) * 16777619u;
	return (hash ^ hash >> 16) % I40E_FLOW_BUCKETS;
}

static struct i40e_flow *flow__find(struct i40e_flows *flows, const struct i40e_flow_key *key)
{
	uint16_t at = flows->buckets[key__bucket(key)];

	while (at) {
		struct i40e_flow *flow = &flows->entries[at - 1];

		if (flow->key.type == key->type && flow->key.bytes == key->bytes &&
		    !memcmp(flow->key.data, key->data, key->bytes))
			return flow;
		at = flow->next;
	}
	return NULL;
}

static struct i40e_flow *flow__add(struct i40e_flows *flows, const struct i40e_flow_key *key)
{
	uint16_t *bucket = &flows->buckets[key__bucket(key)];
	unsigned int i;

	if (flows->used == I40E_FLOWS)
		return NULL;
	for (i = 0; flows->entries[i].used; i++)
		;
	flows->entries[i] = (struct i40e_flow){ .used = true, .key = *key, .next = *bucket };
	*bucket = i + 1;
	flows->used++;
	return &flows->entries[i];
}

static void flow__remove(struct i40e_flows *flows, struct i40e_flow *flow)
{
	uint16_t *at = &flows->buckets[key__bucket(&flow->key)];

	while (&flows->entries[*at - 1] != flow)
		at = &flows->entries[*at - 1].next;
	*at = flow->next;
	flow->used = false;
	flows->used--;
}

void i40e_flow__clear(struct i40e *chip)
{
	memset(&chip->flows, 0, sizeof(chip->flows));
}

const struct i40e_flow *i40e_flow__match(struct i40e *chip, const struct packet *packet,
					 const uint8_t *frame, size_t bytes)
{
	struct i40e_flow_key key = { .type = packet->classifier };
	const struct i40e_flow *flow;

	if (!chip->flows.used || !(i40e__register(chip, PFQF_CTL_0) & CTL_0_FLOW_DIRECTOR))
		return NULL;
	key.bytes = i40e_packet__input(packet, frame, bytes, flow__fields(chip, key.type), false,
				       key.data);
	flow = flow__find(&chip->flows, &key);
	if (flow && flow->counts)
		i40e_statistics__count(chip, GLQF_PCNT(flow->counter));
	return flow;
}

void i40e_flow__program(struct i40e *chip, unsigned int queue, const uint8_t descriptor[16],
			const uint8_t *frame, size_t bytes)
{
	uint32_t where = le32(descriptor), command = le32(descriptor + 8);
	struct i40e_flow_key key = { .type = bits(where, 17, 6) };
	uint64_t fields = flow__fields(chip, key.type);
	uint32_t id = le32(descriptor + 12);
	struct i40e_flow *flow;
	struct packet packet;

	if (fields & FIELDS_FLEXIBLE)
		nic__warn(chip->nic, "flow director filters do not look at flexible bytes");
	i40e_packet__parse(&packet, frame, bytes);
	key.bytes = i40e_packet__input(&packet, frame, bytes, fields, true, key.data);
	flow = flow__find(&chip->flows, &key);

	switch (bits(command, 4, 3)) {
	case COMMAND_ADD:
		if (!flow)
			flow = flow__add(&chip->flows, &key);
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
			flow__remove(&chip->flows, flow);
		else
			i40e_rx__flow_status(chip, queue, id, ERROR_NO_ENTRY);
		break;
	default:
		nic__warn(chip->nic, "a filter was programmed with an unknown command");
	}
}
