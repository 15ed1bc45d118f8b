// SPDX-License-Identifier: MIT
/*
 * Commands about the tree of the TX scheduler. Bandwidths are kept and told, and limit nothing. An
 * element is 24 bytes: its parent, its own number, 16 bytes of data.
 */
#include <string.h>

#include "frame/bytes.h"
#include "admin_commands.h"
#include "ice.h"
#include "scheduler.h"

#define ELEMENT_BYTES 24u
#define ELEMENT_NUMBER 4
#define ELEMENT_DATA 8
#define GROUP_BYTES 8u			/* parent, number of elements */
#define GROUP_COUNT 4
#define MOVE_BYTES 12u			/* old and new parent, number of elements, mode */
#define MOVE_COUNT 8
#define FLAG_SUSPENDED 0x01		/* of byte 3 of the data */

#define TOPOLOGY_BYTES (GROUP_BYTES + ICE_LAYERS * ELEMENT_BYTES)
#define LIMITS_BYTES (32u + ICE_LAYERS * 32u)
#define LAYER_CHILDREN 10		/* of the 32 bytes of a layer */
#define ETS_BYTES 64u
#define RATE_PROFILE_BYTES 12u

static void element__put(uint8_t *at, uint32_t number, const struct ice_node *node)
{
	put_le32(at, node->parent);
	put_le32(at + ELEMENT_NUMBER, number);
	memcpy(at + ELEMENT_DATA, node->data, NODE_DATA_BYTES);
}

static void command__answer_count(struct admin_command *command, unsigned int count)
{
	put_le16(command->parameters + 2, count);
	command->answer_bytes = command->bytes;
}

/* One branch: from the port along the first children. */
static enum admin_result get_topology(struct ice *chip, struct admin_command *command)
{
	uint32_t number = ice_scheduler__first_child(chip, 0);
	unsigned int layer = 0;

	memset(command->data, 0, TOPOLOGY_BYTES);
	for (; number; number = ice_scheduler__first_child(chip, number)) {
		element__put(command->data + GROUP_BYTES + layer * ELEMENT_BYTES, number,
			     ice_scheduler__find(chip, number));
		layer++;
	}
	put_le16(command->data + GROUP_COUNT, layer);
	command->parameters[1] = 1;
	command->answer_bytes = TOPOLOGY_BYTES;
	return ADMIN_OK;
}

/*
 * A command with one group of @header and @count of elements, each @bytes. Return: they are all
 * there.
 */
static bool command__has_group(const struct admin_command *command, size_t header,
			       unsigned int count, size_t bytes)
{
	return le16(command->parameters) == 1 && count && header + count * bytes <= command->bytes;
}

static uint8_t *group__element(struct admin_command *command, unsigned int index)
{
	return command->data + GROUP_BYTES + index * ELEMENT_BYTES;
}

/* All that are asked for, or none. */
static enum admin_result add_elements(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->data + GROUP_COUNT), i;
	uint32_t parent = le32(command->data);

	if (!command__has_group(command, GROUP_BYTES, count, ELEMENT_BYTES))
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++) {
		uint8_t *element = group__element(command, i);
		uint32_t number = ice_scheduler__add(chip, parent, NODE_GENERIC,
						     element + ELEMENT_DATA);

		if (!number) {
			while (i--)
				ice_scheduler__remove(chip, parent, le32(group__element(command, i) +
									 ELEMENT_NUMBER));
			return ADMIN_ENOSPC;
		}
		put_le32(element + ELEMENT_NUMBER, number);
	}
	command__answer_count(command, 1);
	return ADMIN_OK;
}

static bool element__has_queue(const struct ice *chip, uint32_t number)
{
	unsigned int queue;

	for (queue = 0; queue < ICE_QUEUES; queue++)
		if (chip->tx.ring[queue].enabled && chip->tx_owners[queue].node == number)
			return true;
	return false;
}

static enum admin_result delete_elements(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->data + GROUP_COUNT), i;

	if (!command__has_group(command, GROUP_BYTES, count, 4))
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++) {
		uint32_t number = le32(command->data + GROUP_BYTES + 4 * i);

		if (element__has_queue(chip, number))
			return ADMIN_EBUSY;
		if (!ice_scheduler__remove(chip, le32(command->data), number))
			return ADMIN_ENOENT;
	}
	command__answer_count(command, 1);
	return ADMIN_OK;
}

static enum admin_result move_elements(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->data + MOVE_COUNT), i;

	if (command->bytes < MOVE_BYTES || !command__has_group(command, MOVE_BYTES, count, 4))
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++)
		if (!ice_scheduler__move(chip, le32(command->data + MOVE_BYTES + 4 * i),
					 le32(command->data + 4)))
			return ADMIN_EINVAL;
	command__answer_count(command, 1);
	return ADMIN_OK;
}

static enum admin_result get_elements(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->parameters), i;

	if (!count || count * ELEMENT_BYTES > command->bytes)
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++) {
		uint8_t *element = command->data + i * ELEMENT_BYTES;
		uint32_t number = le32(element + ELEMENT_NUMBER);
		const struct ice_node *node = ice_scheduler__find(chip, number);

		if (!node)
			return ADMIN_ENOENT;
		element__put(element, number, node);
	}
	command__answer_count(command, count);
	return ADMIN_OK;
}

/* The type is not changed: the byte is reserved here. */
static enum admin_result configure_elements(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->parameters), i;

	if (!count || count * ELEMENT_BYTES > command->bytes)
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++) {
		const uint8_t *element = command->data + i * ELEMENT_BYTES;
		struct ice_node *node = ice_scheduler__find(chip, le32(element + ELEMENT_NUMBER));

		if (!node)
			return ADMIN_ENOENT;
		memcpy(node->data + 1, element + ELEMENT_DATA + 1, NODE_DATA_BYTES - 1);
	}
	command__answer_count(command, count);
	return ADMIN_OK;
}

static enum admin_result suspend_or_resume(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->parameters), i;
	bool suspend = command->opcode == 0x0409;

	if (!count || 4 * count > command->bytes)
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++) {
		struct ice_node *node = ice_scheduler__find(chip, le32(command->data + 4 * i));

		if (!node)
			return ADMIN_ENOENT;
		node->data[3] = suspend ? FLAG_SUSPENDED : 0;
	}
	command__answer_count(command, count);
	return ADMIN_OK;
}

/* Of traffic classes the first has all the bandwidth (struct ice_aqc_port_ets_elem). */
static enum admin_result query_classes(struct ice *chip, struct admin_command *command)
{
	uint32_t port = ice_scheduler__first_child(chip, 0);

	memset(command->data, 0, ETS_BYTES);
	command->data[0] = 0x01;
	command->data[8] = 100;
	put_le32(command->data + 32, ice_scheduler__first_child(chip, port));
	command->answer_bytes = ETS_BYTES;
	return ADMIN_OK;
}

/* Limits are given numbers, and have no effect. */
static enum admin_result add_rate_profiles(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->parameters), i;

	if (!count || count * RATE_PROFILE_BYTES > command->bytes)
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++)
		put_le16(command->data + i * RATE_PROFILE_BYTES + 2, ++chip->rate_profiles);
	command__answer_count(command, count);
	return ADMIN_OK;
}

static enum admin_result remove_rate_profiles(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->parameters);

	(void)chip;
	if (!count || count * RATE_PROFILE_BYTES > command->bytes)
		return ADMIN_EINVAL;
	command__answer_count(command, count);
	return ADMIN_OK;
}

/* The driver has room for as many children of an element as is said here of the layer below. */
static enum admin_result query_limits(struct ice *chip, struct admin_command *command)
{
	unsigned int layer;

	(void)chip;
	memset(command->data, 0, LIMITS_BYTES);
	put_le16(command->data, ICE_LAYERS);		/* physical */
	put_le16(command->data + 2, ICE_LAYERS);	/* logical */
	for (layer = 0; layer < ICE_LAYERS; layer++) {
		uint8_t *at = command->data + 32 * (1 + layer);

		at[0] = layer;
		put_le16(at + 2, ICE_NODES);
		put_le16(at + 4, ICE_NODES);
		put_le16(at + LAYER_CHILDREN, NODE_CHILDREN_MAX);
	}
	command->answer_bytes = LIMITS_BYTES;
	return ADMIN_OK;
}

const struct admin_handler ice_scheduler_handlers[] = {
	{ 0x0302, 0, admin_refuse },		/* priority flow control */
	{ 0x0303, 0, admin_refuse },
	{ 0x0400, TOPOLOGY_BYTES, get_topology },
	{ 0x0401, GROUP_BYTES, add_elements },
	{ 0x0403, ELEMENT_BYTES, configure_elements },
	{ 0x0404, ELEMENT_BYTES, get_elements },
	{ 0x0408, GROUP_BYTES, move_elements },
	{ 0x0409, 4, suspend_or_resume },
	{ 0x040a, 4, suspend_or_resume },
	{ 0x040e, ETS_BYTES, query_classes },
	{ 0x040f, GROUP_BYTES, delete_elements },
	{ 0x0410, RATE_PROFILE_BYTES, add_rate_profiles },
	{ 0x0412, LIMITS_BYTES, query_limits },
	{ 0x0415, RATE_PROFILE_BYTES, remove_rate_profiles },
	{ 0x0417, 0, admin_refuse },		/* other topologies */
	{ 0x0418, 0, admin_refuse },
	{ 0 }
};
