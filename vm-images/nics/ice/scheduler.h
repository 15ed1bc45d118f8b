/* SPDX-License-Identifier: MIT */
/* The tree of the TX scheduler: port, traffic class, ..., VSIs, queue groups, queues. */
#ifndef ICE_SCHEDULER_H
#define ICE_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

struct ice;
struct ice_node;

#define NODE_DATA_BYTES 16u
#define NODE_CHILDREN_MAX 8u

/* Type of an element, the first byte of its data. */
enum node_type {
	NODE_PORT = 1,
	NODE_CLASS = 2,
	NODE_GENERIC = 3,
	NODE_ENTRY_POINT = 4,
	NODE_LEAF = 5,
};

/* The default tree: one branch from the port to a queue. */
void ice_scheduler__default(struct ice *chip);
/* Return: NULL: there is none of that number. */
struct ice_node *ice_scheduler__find(struct ice *chip, uint32_t number);
/* Return: the number of the first child; 0: there is none. The port is child of 0. */
uint32_t ice_scheduler__first_child(const struct ice *chip, uint32_t parent);
/* A child of @parent. Return: its number; 0: there is no room, or none can be there. */
uint32_t ice_scheduler__add(struct ice *chip, uint32_t parent, enum node_type type,
			    const uint8_t data[NODE_DATA_BYTES]);
/* Return: whether it was there, a child of @parent, without children. */
bool ice_scheduler__remove(struct ice *chip, uint32_t parent, uint32_t number);
/* Return: whether the element can be, and is, a child of @parent. */
bool ice_scheduler__move(struct ice *chip, uint32_t number, uint32_t parent);

#endif
