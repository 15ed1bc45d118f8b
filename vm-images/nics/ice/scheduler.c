// SPDX-License-Identifier: MIT
/*
 * The tree has nine layers (ice_sched.c:ice_sched_get_vsi_layer, ice_sched_get_qgrp_layer). Nothing
 * is scheduled by it: rings are served in turn. Elements have the number of their place in the
 * table.
 */
#include <string.h>

#include "ice.h"
#include "scheduler.h"

#define PORT 1u
#define LAYER_CLASS 1u
#define LAYER_ENTRY_POINT 2u

static uint32_t node__add(struct ice *chip, uint32_t parent, unsigned int layer,
			  enum node_type type, const uint8_t *data)
{
	uint32_t number;

	for (number = PORT; number < ICE_NODES; number++) {
		struct ice_node *node = &chip->nodes[number];

		if (node->used)
			continue;
		*node = (struct ice_node){ .used = true, .layer = layer, .parent = parent };
		if (data)
			memcpy(node->data, data, NODE_DATA_BYTES);
		node->data[0] = type;
		if (parent)
			chip->nodes[parent].children++;
		return number;
	}
	return 0;
}

void ice_scheduler__default(struct ice *chip)
{
	uint32_t parent = 0;
	unsigned int layer;

	memset(chip->nodes, 0, sizeof(chip->nodes));
	for (layer = 0; layer < ICE_LAYERS; layer++) {
		enum node_type type = NODE_GENERIC;

		if (!layer)
			type = NODE_PORT;
		else if (layer == LAYER_CLASS)
			type = NODE_CLASS;
		else if (layer == LAYER_ENTRY_POINT)
			type = NODE_ENTRY_POINT;
		else if (layer == ICE_LAYERS - 1)
			type = NODE_LEAF;
		parent = node__add(chip, parent, layer, type, NULL);
	}
}

struct ice_node *ice_scheduler__find(struct ice *chip, uint32_t number)
{
	return number < ICE_NODES && chip->nodes[number].used ? &chip->nodes[number] : NULL;
}

uint32_t ice_scheduler__first_child(const struct ice *chip, uint32_t parent)
{
	uint32_t number;

	for (number = PORT; number < ICE_NODES; number++)
		if (chip->nodes[number].used && chip->nodes[number].parent == parent)
			return number;
	return 0;
}

uint32_t ice_scheduler__add(struct ice *chip, uint32_t parent, enum node_type type,
			    const uint8_t data[NODE_DATA_BYTES])
{
	struct ice_node *above = ice_scheduler__find(chip, parent);
	bool leaf = type == NODE_LEAF;

	if (!above || above->layer < LAYER_CLASS || above->children >= NODE_CHILDREN_MAX ||
	    leaf != (above->layer + 1u == ICE_LAYERS - 1) || above->layer + 1u >= ICE_LAYERS)
		return 0;
	return node__add(chip, parent, above->layer + 1, type, data);
}

bool ice_scheduler__remove(struct ice *chip, uint32_t parent, uint32_t number)
{
	struct ice_node *node = ice_scheduler__find(chip, number);

	if (!node || node->layer < LAYER_ENTRY_POINT || node->parent != parent || node->children)
		return false;
	chip->nodes[node->parent].children--;
	node->used = false;
	return true;
}

bool ice_scheduler__move(struct ice *chip, uint32_t number, uint32_t parent)
{
	struct ice_node *node = ice_scheduler__find(chip, number);
	struct ice_node *above = ice_scheduler__find(chip, parent);

	if (!node || !above || node->layer < LAYER_ENTRY_POINT ||
	    above->layer + 1 != node->layer || above->children >= NODE_CHILDREN_MAX)
		return false;
	chip->nodes[node->parent].children--;
	above->children++;
	node->parent = parent;
	return true;
}
