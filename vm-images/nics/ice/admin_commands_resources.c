// SPDX-License-Identifier: MIT
/* Commands that give out numbers, and take them back. */
#include "frame/bytes.h"
#include "admin_commands.h"
#include "ice.h"

#define TYPE_MASK 0x7f
#define FROM_THE_END 0x1000
#define VSI_LIST_REPLICATION 0x03
#define VSI_LIST_PRUNING 0x04
#define ELEMENTS_AT 4			/* behind type and number, 2 bytes each */

static const struct {
	uint8_t type;
	uint16_t count;
} types[ICE_RESOURCE_TYPES] = {
	{ VSI_LIST_REPLICATION, ICE_VSI_LISTS },
	{ 0x21, 256 },				/* flow director: counters, shared filters */
	{ 0x23, 1 },
	{ 0x58, 128 },				/* flow director: profiles, TCAM entries */
	{ 0x59, 512 },
	{ 0x60, 128 },				/* hash: profiles, TCAM entries */
	{ 0x61, 512 },
};

/* Lists of both kinds come from one table. */
static int resource__find(uint16_t flags)
{
	unsigned int type = flags & TYPE_MASK, i;

	if (type == VSI_LIST_PRUNING)
		type = VSI_LIST_REPLICATION;
	for (i = 0; i < ICE_RESOURCE_TYPES; i++)
		if (types[i].type == type)
			return i;
	return -1;
}

/* Return: the number; -1: there is none left. */
static int resource__take(struct ice *chip, unsigned int index, bool from_the_end)
{
	unsigned int count = types[index].count, i;

	for (i = 0; i < count; i++) {
		unsigned int number = from_the_end ? count - 1 - i : i;
		bool *taken = &chip->resources[index][number];

		if (*taken)
			continue;
		*taken = true;
		if (types[index].type == VSI_LIST_REPLICATION)
			chip->vsi_lists[number] = 0;
		return number;
	}
	return -1;
}

/* Return: the resource's place in the table, with all elements in the data; -1: they are not. */
static int command__resource(const struct admin_command *command, unsigned int *elements)
{
	*elements = le16(command->data + 2);
	if (!*elements || ELEMENTS_AT + 2 * *elements > command->bytes)
		return -1;
	return resource__find(le16(command->data));
}

static unsigned int command__number(const struct admin_command *command, unsigned int element)
{
	return le16(command->data + ELEMENTS_AT + 2 * element);
}

/* All that are asked for, or none. */
static enum admin_result allocate(struct ice *chip, struct admin_command *command)
{
	unsigned int elements, i;
	int index = command__resource(command, &elements);

	if (index < 0)
		return ADMIN_EINVAL;
	for (i = 0; i < elements; i++) {
		int number = resource__take(chip, index, le16(command->data) & FROM_THE_END);

		if (number < 0) {
			while (i--)
				chip->resources[index][command__number(command, i)] = false;
			return ADMIN_ENOSPC;
		}
		put_le16(command->data + ELEMENTS_AT + 2 * i, number);
	}
	command->answer_bytes = ELEMENTS_AT + 2 * elements;
	return ADMIN_OK;
}

static enum admin_result release(struct ice *chip, struct admin_command *command)
{
	unsigned int elements, i;
	int index = command__resource(command, &elements);

	if (index < 0)
		return ADMIN_EINVAL;
	for (i = 0; i < elements; i++) {
		unsigned int number = command__number(command, i);

		if (number >= types[index].count || !chip->resources[index][number])
			return ADMIN_ENOENT;
		chip->resources[index][number] = false;
	}
	return ADMIN_OK;
}

const struct admin_handler ice_resource_handlers[] = {
	{ 0x0204, 0, admin_refuse },		/* what was given out */
	{ 0x0208, ELEMENTS_AT + 2, allocate },
	{ 0x0209, ELEMENTS_AT + 2, release },
	{ 0x020b, 0, admin_refuse },		/* sharing with other functions */
	{ 0 }
};
