// SPDX-License-Identifier: MIT
/* Commands of flow tables (fs_cmd.c; mlx5_ifc.h: create_flow_table_in and those that follow). */
#include <string.h>

#include "command.h"
#include "steering.h"

/* All of these commands say which table of which kind it is about. */
#define TABLE_KIND 0x80, 8
#define TABLE_NUMBER 0xa8, 24
#define OTHER_VPORT 0x40, 1
#define KIND_RECEIVE 0

#define NEW_MISS_ACTION 0xc4, 4
#define NEW_LEVEL 0xc8, 8
#define NEW_LOG_SIZE 0xd8, 8
#define NEW_MISS 0xe8, 24
#define MISS_TABLE 1
#define LOG_TABLE_MAX 16u

#define GROUP_START 0xe0, 32
#define GROUP_END 0x120, 32
#define GROUP_HEADERS 0x1f8, 8		/* which parts of the mask count */
#define GROUP_HEADERS_OUTER 0x1
#define GROUP_MASK_AT 0x40		/* bytes */
#define GROUP_BYTES 0x240
#define GROUP_TO_DESTROY 0xc0, 32

#define ENTRY_INDEX 0x100, 32
#define ENTRY_GROUP 0x220, 32
#define ENTRY_TAG 0x248, 24
#define ENTRY_ACTION 0x270, 16
#define ENTRY_DESTINATIONS 0x288, 24
#define ENTRY_VALUE_AT 0x80		/* bytes */
#define ENTRY_DESTINATION_KIND 0x1a00, 8
#define ENTRY_DESTINATION 0x1a08, 24
#define ENTRY_BYTES 0x340
#define ENTRY_DESTINATION_BYTES 8
#define ACTION_DROP 0x2
#define ACTION_FORWARD 0x4
#define DESTINATION_TABLE 1
#define DESTINATION_TIR 2

#define ROOT_DISCONNECT 1		/* the modifier */

static bool kind__is_there(const struct mlx5_command *command)
{
	return field__get(command->in, TABLE_KIND) == KIND_RECEIVE &&
	       !field__get(command->in, OTHER_VPORT);
}

static struct mlx5_table *table__find(struct mlx5 *chip, const struct mlx5_command *command)
{
	return MLX5_OBJECT(chip, MLX5_TABLE, tables, field__get(command->in, TABLE_NUMBER));
}

/* Whether frames may go on from a level to that table. */
static enum mlx5_status table__check_next(const struct mlx5 *chip, unsigned int level,
					  uint32_t number)
{
	const struct mlx5_table *next = MLX5_OBJECT(chip, MLX5_TABLE, tables, number);

	if (!next)
		return MLX5_BAD_RESOURCE;
	return next->level > level ? MLX5_OK : MLX5_BAD_PARAMETER;
}

static enum mlx5_status create_table(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *in = command->in;
	unsigned int miss = field__get(in, NEW_MISS_ACTION);
	struct mlx5_table table = {
		.level = field__get(in, NEW_LEVEL),
		.log_size = field__get(in, NEW_LOG_SIZE),
		.miss = miss == MISS_TABLE ? field__get(in, NEW_MISS) : 0,
	};
	enum mlx5_status status;
	uint32_t number;

	if (!kind__is_there(command) || command->modifier || miss > MISS_TABLE ||
	    table.level > MLX5_LEVELS || table.log_size > LOG_TABLE_MAX)
		return MLX5_BAD_PARAMETER;
	if (miss == MISS_TABLE) {
		status = table__check_next(chip, table.level, table.miss);
		if (status != MLX5_OK)
			return status;
	}
	number = mlx5_numbers__take(&chip->numbers[MLX5_TABLE], MLX5_TABLES);
	if (!number)
		return MLX5_NO_RESOURCES;
	chip->tables[number] = table;
	field__set(command->out, COMMAND_NUMBER, number);
	return MLX5_OK;
}

/* Whether other tables lead there. */
static bool table__is_used(const struct mlx5 *chip, uint32_t number)
{
	unsigned int i;

	for (i = 1; i < MLX5_TABLES; i++)
		if (mlx5_numbers__has(&chip->numbers[MLX5_TABLE], i) &&
		    chip->tables[i].miss == number)
			return true;
	for (i = 0; i < MLX5_ENTRIES; i++) {
		const struct mlx5_entry *entry = &chip->flows.entries[i];

		if (entry->used && entry->action == MLX5_ACTION_TABLE &&
		    entry->destination == number)
			return true;
	}
	return false;
}

static enum mlx5_status destroy_table(struct mlx5 *chip, struct mlx5_command *command)
{
	const struct mlx5_table *table = table__find(chip, command);
	uint32_t number = field__get(command->in, TABLE_NUMBER);

	if (!table || !kind__is_there(command))
		return MLX5_BAD_RESOURCE;
	if (table->first_group || table__is_used(chip, number))
		return MLX5_BAD_RESOURCE_STATE;
	/* fs_core.c:update_root_ft_destroy says nothing of it when the last table goes. */
	if (chip->flows.root == number)
		chip->flows.root = 0;
	mlx5_numbers__remove(&chip->numbers[MLX5_TABLE], number);
	return MLX5_OK;
}

static enum mlx5_status set_root(struct mlx5 *chip, struct mlx5_command *command)
{
	if (!kind__is_there(command) || command->modifier > ROOT_DISCONNECT)
		return MLX5_BAD_PARAMETER;
	if (command->modifier == ROOT_DISCONNECT) {
		chip->flows.root = 0;
		return MLX5_OK;
	}
	if (!table__find(chip, command))
		return MLX5_BAD_RESOURCE;
	chip->flows.root = field__get(command->in, TABLE_NUMBER);
	return MLX5_OK;
}

static enum mlx5_status create_group(struct mlx5 *chip, struct mlx5_command *command)
{
	const struct mlx5_table *table = table__find(chip, command);
	unsigned int headers = field__get(command->in, GROUP_HEADERS);
	struct mlx5_group group = {
		.table = field__get(command->in, TABLE_NUMBER),
		.start = field__get(command->in, GROUP_START),
		.end = field__get(command->in, GROUP_END),
	};
	uint32_t number;

	if (!table || !kind__is_there(command))
		return MLX5_BAD_RESOURCE;
	if (headers & GROUP_HEADERS_OUTER)
		memcpy(group.mask, command->in + GROUP_MASK_AT, sizeof(group.mask));
	if (headers & ~GROUP_HEADERS_OUTER || !mlx5_steering__can_match(group.mask) ||
	    group.start > group.end || group.end >> table->log_size)
		return MLX5_BAD_PARAMETER;
	number = mlx5_numbers__take(&chip->numbers[MLX5_GROUP], MLX5_GROUPS);
	if (!number)
		return MLX5_NO_RESOURCES;
	chip->groups[number] = group;
	if (!mlx5_steering__add_group(chip, number)) {
		mlx5_numbers__remove(&chip->numbers[MLX5_GROUP], number);
		return MLX5_BAD_PARAMETER;
	}
	field__set(command->out, COMMAND_NUMBER, number);
	return MLX5_OK;
}

static enum mlx5_status destroy_group(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, GROUP_TO_DESTROY);
	const struct mlx5_group *group = MLX5_OBJECT(chip, MLX5_GROUP, groups, number);
	unsigned int i;

	if (!group || group->table != field__get(command->in, TABLE_NUMBER))
		return MLX5_BAD_RESOURCE;
	for (i = 0; i < MLX5_ENTRIES; i++)
		if (chip->flows.entries[i].used && chip->flows.entries[i].group == number)
			return MLX5_BAD_RESOURCE_STATE;
	mlx5_steering__remove_group(chip, number);
	mlx5_numbers__remove(&chip->numbers[MLX5_GROUP], number);
	return MLX5_OK;
}

/* What an entry does: dropping, or one destination. */
static enum mlx5_status entry__load_action(struct mlx5 *chip, const struct mlx5_command *command,
					   unsigned int level, struct mlx5_entry *entry)
{
	unsigned int action = field__get(command->in, ENTRY_ACTION);

	if (action == ACTION_DROP)
		return MLX5_OK;
	if (action != ACTION_FORWARD || field__get(command->in, ENTRY_DESTINATIONS) != 1)
		return MLX5_BAD_PARAMETER;
	if (command->in_bytes < ENTRY_BYTES + ENTRY_DESTINATION_BYTES)
		return MLX5_BAD_INPUT_LENGTH;
	entry->destination = field__get(command->in, ENTRY_DESTINATION);
	switch (field__get(command->in, ENTRY_DESTINATION_KIND)) {
	case DESTINATION_TABLE:
		entry->action = MLX5_ACTION_TABLE;
		return table__check_next(chip, level, entry->destination);
	case DESTINATION_TIR:
		entry->action = MLX5_ACTION_TIR;
		return mlx5_numbers__has(&chip->numbers[MLX5_TIR], entry->destination) ?
		       MLX5_OK : MLX5_BAD_RESOURCE;
	default:
		return MLX5_BAD_PARAMETER;
	}
}

/* The modifier would say that an entry is to be changed, which is not among the capabilities. */
static enum mlx5_status set_entry(struct mlx5 *chip, struct mlx5_command *command)
{
	const struct mlx5_table *table = table__find(chip, command);
	struct mlx5_entry entry = {
		.group = field__get(command->in, ENTRY_GROUP),
		.index = field__get(command->in, ENTRY_INDEX),
		.action = MLX5_ACTION_DROP,
		.tag = field__get(command->in, ENTRY_TAG),
	};
	const struct mlx5_group *group = MLX5_OBJECT(chip, MLX5_GROUP, groups, entry.group);
	uint32_t number = field__get(command->in, TABLE_NUMBER);
	enum mlx5_status status;

	if (!table || !kind__is_there(command) || !group || group->table != number)
		return MLX5_BAD_RESOURCE;
	if (command->modifier || entry.index < group->start || entry.index > group->end)
		return MLX5_BAD_PARAMETER;
	if (mlx5_steering__find_entry(chip, number, entry.index))
		return MLX5_BAD_RESOURCE_STATE;
	status = entry__load_action(chip, command, table->level, &entry);
	if (status != MLX5_OK)
		return status;
	memcpy(entry.value, command->in + ENTRY_VALUE_AT, sizeof(entry.value));
	return mlx5_steering__add_entry(chip, &entry) ? MLX5_OK : MLX5_NO_RESOURCES;
}

static enum mlx5_status delete_entry(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t index = field__get(command->in, ENTRY_INDEX);
	struct mlx5_entry *entry;

	if (!table__find(chip, command))
		return MLX5_BAD_RESOURCE;
	entry = mlx5_steering__find_entry(chip, field__get(command->in, TABLE_NUMBER), index);
	if (!entry)
		return MLX5_BAD_RESOURCE;
	mlx5_steering__remove_entry(chip, entry);
	return MLX5_OK;
}

const struct mlx5_handler mlx5_flow_handlers[] = {
	{ 0x92f, MLX5_INITIALIZED, 32, 8, set_root },
	{ 0x930, MLX5_INITIALIZED, 64, 16, create_table },
	{ 0x931, MLX5_INITIALIZED, 32, 8, destroy_table },
	{ 0x933, MLX5_INITIALIZED, GROUP_BYTES, 16, create_group },
	{ 0x934, MLX5_INITIALIZED, 32, 8, destroy_group },
	{ 0x936, MLX5_INITIALIZED, ENTRY_BYTES, 8, set_entry },
	{ 0x938, MLX5_INITIALIZED, 48, 8, delete_entry },
	{ }
};
