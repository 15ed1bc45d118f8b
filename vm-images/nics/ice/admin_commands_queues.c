// SPDX-License-Identifier: MIT
/*
 * Commands about LAN TX queues. They come in groups under an element of the scheduler's tree; each
 * queue is a leaf of it (ice_common.c:ice_aq_add_lan_txq, ice_aq_dis_lan_txq).
 */
#include "frame/bytes.h"
#include "admin_commands.h"
#include "ice.h"
#include "queues.h"
#include "scheduler.h"

#define ADD_GROUP_BYTES 8u		/* parent, number of queues */
#define ADD_QUEUE_BYTES 48u
#define QUEUE_LEAF 4
#define QUEUE_CONTEXT 8
#define QUEUE_DATA 32
#define DISABLE_GROUP_BYTES 6u		/* parent, number of queues */
#define COUNT_AT 4
#define NUMBER_MASK 0x3fff		/* above is the type: 0 is that of a LAN queue */

static enum admin_result queue__add(struct ice *chip, uint32_t parent, uint8_t *data)
{
	unsigned int queue = le16(data);
	uint32_t leaf;

	if (queue >= ICE_QUEUES)
		return ADMIN_EINVAL;
	if (chip->tx.ring[queue].enabled)
		return ADMIN_EEXIST;
	leaf = ice_scheduler__add(chip, parent, NODE_LEAF, data + QUEUE_DATA);
	if (!leaf)
		return ADMIN_EINVAL;
	if (!ice_queue__enable_tx(chip, queue, data + QUEUE_CONTEXT)) {
		ice_scheduler__remove(chip, parent, leaf);
		return ADMIN_EINVAL;
	}
	chip->tx_owners[queue].node = leaf;
	put_le32(data + QUEUE_LEAF, leaf);
	return ADMIN_OK;
}

static enum admin_result add_queues(struct ice *chip, struct admin_command *command)
{
	unsigned int groups = command->parameters[0];
	size_t at = 0;

	for (; groups; groups--) {
		uint8_t *group = command->data + at;
		unsigned int queues, i;

		if (command->bytes - at < ADD_GROUP_BYTES)
			return ADMIN_EINVAL;
		queues = group[COUNT_AT];
		at += ADD_GROUP_BYTES + queues * ADD_QUEUE_BYTES;
		if (at > command->bytes)
			return ADMIN_EINVAL;
		for (i = 0; i < queues; i++) {
			enum admin_result result;

			result = queue__add(chip, le32(group),
					    group + ADD_GROUP_BYTES + i * ADD_QUEUE_BYTES);
			if (result)
				return result;
		}
	}
	command->answer_bytes = at;
	return ADMIN_OK;
}

static enum admin_result queue__disable(struct ice *chip, uint32_t parent, uint16_t number)
{
	if (number & ~NUMBER_MASK)
		return ADMIN_ENOSYS;
	if (number >= ICE_QUEUES || !chip->tx.ring[number].enabled)
		return ADMIN_ENOENT;
	if (!ice_scheduler__remove(chip, parent, chip->tx_owners[number].node))
		return ADMIN_EINVAL;
	ice_queue__disable_tx(chip, number);
	return ADMIN_OK;
}

/* Groups have a multiple of 4 bytes. Without data the queues of a reset function are meant. */
static enum admin_result disable_queues(struct ice *chip, struct admin_command *command)
{
	unsigned int groups = command->bytes ? command->parameters[1] : 0;
	enum admin_result result = ADMIN_OK;
	size_t at = 0;

	for (; groups; groups--) {
		const uint8_t *group = command->data + at;
		unsigned int queues, i;

		if (command->bytes - at < DISABLE_GROUP_BYTES)
			return ADMIN_EINVAL;
		queues = group[COUNT_AT];
		at += DISABLE_GROUP_BYTES + 2 * queues + (queues % 2 ? 0 : 2);
		if (at > command->bytes)
			return ADMIN_EINVAL;
		for (i = 0; i < queues; i++) {
			uint16_t number = le16(group + DISABLE_GROUP_BYTES + 2 * i);
			enum admin_result one = queue__disable(chip, le32(group), number);

			if (one)
				result = one;
		}
	}
	return result;
}

const struct admin_handler ice_queue_handlers[] = {
	{ 0x0c30, ADD_GROUP_BYTES, add_queues },
	{ 0x0c31, 0, disable_queues },
	{ 0x0c32, 0, admin_refuse },		/* move queues */
	{ 0x0c33, 0, admin_refuse },		/* RDMA */
	{ 0 }
};
