// SPDX-License-Identifier: MIT
/*
 * Exact matches of a packet's fields to a queue. Which fields count is set for each packet type, so
 * that a flow's key is the fields alone. Keys are hashed into buckets of a fixed table; when it is
 * full, the driver is told through the RX ring.
 */
#include <string.h>

#include "frame/bytes.h"
#include "flow_table.h"
#include "i40e.h"
#include "input_set.h"
#include "registers.h"
#include "statistics.h"

_Static_assert(INPUT_SET_MAX <= I40E_FLOW_KEY_BYTES, "a key holds any input");

uint64_t i40e_flow_table__fields(const struct i40e *chip, unsigned int type)
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

struct i40e_flow *i40e_flow_table__find(struct i40e_flows *flows, const struct i40e_flow_key *key)
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

struct i40e_flow *i40e_flow_table__add(struct i40e_flows *flows, const struct i40e_flow_key *key)
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

void i40e_flow_table__remove(struct i40e_flows *flows, struct i40e_flow *flow)
{
	uint16_t *at = &flows->buckets[key__bucket(&flow->key)];

	while (&flows->entries[*at - 1] != flow)
		at = &flows->entries[*at - 1].next;
	*at = flow->next;
	flow->used = false;
	flows->used--;
}

void i40e_flow_table__clear(struct i40e *chip)
{
	memset(&chip->flows, 0, sizeof(chip->flows));
}

const struct i40e_flow *i40e_flow_table__match(struct i40e *chip, const struct packet *packet,
					       const uint8_t *frame, size_t bytes)
{
	struct i40e_flow_key key = { .type = i40e_input_set__classifier(packet) };
	const struct i40e_flow *flow;

	if (!chip->flows.used || !(i40e__register(chip, PFQF_CTL_0) & CTL_0_FLOW_DIRECTOR))
		return NULL;
	key.bytes = i40e_input_set__take(packet, frame, bytes,
					 i40e_flow_table__fields(chip, key.type), false, key.data);
	flow = i40e_flow_table__find(&chip->flows, &key);
	if (flow && flow->counts)
		i40e_statistics__count(chip, GLQF_PCNT(flow->counter));
	return flow;
}
