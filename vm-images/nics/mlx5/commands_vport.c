// SPDX-License-Identifier: MIT
/*
 * Commands of the vport (vport.c; mlx5_ifc.h: nic_vport_context): its state, its context, its
 * counters. There is one vport and no e-switch in front of it: the addresses in its context are for
 * others to ask for, and what is received is up to steering.
 */
#include <string.h>

#include "command.h"
#include "link.h"
#include "statistics.h"

#define OTHER_VPORT 0x40, 1

#define STATE_ADMIN 0x78, 4		/* of the answer */
#define STATE_LINK 0x7c, 4
#define ADMIN_UP 1

#define QUERIED_LIST 0x65, 3
#define QUERIED_CONTEXT_AT 0x10		/* bytes */
#define QUERIED_LIST_AT 0x110
#define MODIFIED_FIELDS 0x60, 32
#define MODIFIED_CONTEXT_AT 0x100
#define MODIFIED_LIST_AT 0x200

/* Bits of the mask of fields. */
#define FIELD_MTU (1u << 6)
#define FIELD_PROMISCUOUS (1u << 4)
#define FIELD_ADDRESS (1u << 3)
#define FIELD_LIST (1u << 2)
#define FIELD_LOOPBACK (3u << 10)	/* to be blocked; there is none */
#define FIELDS_KNOWN (FIELD_MTU | FIELD_PROMISCUOUS | FIELD_ADDRESS | FIELD_LIST | FIELD_LOOPBACK)

#define CONTEXT_MTU 0x130, 16
#define CONTEXT_PROMISCUOUS 0x780, 3
#define CONTEXT_LIST_KIND 0x785, 3
#define CONTEXT_LIST_SIZE 0x794, 12
#define CONTEXT_ADDRESS 0xf6		/* bytes */

#define LIST_VLANS 2
#define LISTS 3

#define COUNTER_SET_CLEAR 0xc0, 1
#define COUNTER_SET_NUMBER 0xf8, 8
#define COUNTER_SET_OUT_OF_BUFFER 0x180, 32

static enum mlx5_status query_state(struct mlx5 *chip, struct mlx5_command *command)
{
	if (field__get(command->in, OTHER_VPORT))
		return MLX5_BAD_PARAMETER;
	field__set(command->out, STATE_ADMIN, ADMIN_UP);
	field__set(command->out, STATE_LINK, mlx5_link__is_up(chip));
	return MLX5_OK;
}

/* The list of that kind, and the bytes that one and all of them take. */
static uint8_t *list__of(struct mlx5_vport *vport, unsigned int kind, size_t *one, size_t *all)
{
	*one = kind == LIST_VLANS ? 4 : 8;
	*all = kind == LIST_VLANS ? sizeof(vport->vlans) : sizeof(vport->addresses[0]);
	return kind == LIST_VLANS ? vport->vlans : vport->addresses[kind];
}

static enum mlx5_status query_context(struct mlx5 *chip, struct mlx5_command *command)
{
	uint8_t *context = command->out + QUERIED_CONTEXT_AT, *list;
	unsigned int kind = field__get(command->in, QUERIED_LIST);
	size_t one, all;

	if (field__get(command->in, OTHER_VPORT) || kind >= LISTS)
		return MLX5_BAD_PARAMETER;
	list = list__of(&chip->vport, kind, &one, &all);
	field__set(context, CONTEXT_MTU, chip->vport.mtu);
	field__set(context, CONTEXT_PROMISCUOUS, chip->vport.promiscuous);
	field__set(context, CONTEXT_LIST_KIND, kind);
	field__set(context, CONTEXT_LIST_SIZE, chip->vport.listed[kind]);
	memcpy(context + CONTEXT_ADDRESS, chip->vport.address, 6);
	memcpy(command->out + QUERIED_LIST_AT, list, one * chip->vport.listed[kind]);
	return MLX5_OK;
}

static enum mlx5_status list__set(struct mlx5 *chip, const struct mlx5_command *command)
{
	const uint8_t *context = command->in + MODIFIED_CONTEXT_AT;
	unsigned int kind = field__get(context, CONTEXT_LIST_KIND);
	unsigned int size = field__get(context, CONTEXT_LIST_SIZE);
	size_t one, all;
	uint8_t *list;

	if (kind >= LISTS)
		return MLX5_BAD_PARAMETER;
	list = list__of(&chip->vport, kind, &one, &all);
	if (size * one > all)
		return MLX5_EXCEEDS_LIMIT;
	if (command->in_bytes < MODIFIED_LIST_AT + size * one)
		return MLX5_BAD_INPUT_LENGTH;
	memcpy(list, command->in + MODIFIED_LIST_AT, size * one);
	chip->vport.listed[kind] = size;
	return MLX5_OK;
}

static enum mlx5_status modify_context(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *context = command->in + MODIFIED_CONTEXT_AT;
	uint32_t fields = field__get(command->in, MODIFIED_FIELDS);

	if (field__get(command->in, OTHER_VPORT) || fields & ~FIELDS_KNOWN)
		return MLX5_BAD_PARAMETER;
	if (fields & FIELD_MTU)
		chip->vport.mtu = field__get(context, CONTEXT_MTU);
	if (fields & FIELD_PROMISCUOUS)
		chip->vport.promiscuous = field__get(context, CONTEXT_PROMISCUOUS);
	if (fields & FIELD_ADDRESS)
		memcpy(chip->vport.address, context + CONTEXT_ADDRESS, 6);
	return fields & FIELD_LIST ? list__set(chip, command) : MLX5_OK;
}

static enum mlx5_status query_counters(struct mlx5 *chip, struct mlx5_command *command)
{
	if (field__get(command->in, OTHER_VPORT))
		return MLX5_BAD_PARAMETER;
	mlx5_statistics__fill_vport(chip, command->out);
	return MLX5_OK;
}

static enum mlx5_status query_counter_set(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, COUNTER_SET_NUMBER);

	if (!mlx5_numbers__has(&chip->numbers[MLX5_COUNTER_SET], number))
		return MLX5_BAD_RESOURCE;
	field__set(command->out, COUNTER_SET_OUT_OF_BUFFER, chip->statistics.out_of_buffer[number]);
	if (field__get(command->in, COUNTER_SET_CLEAR))
		chip->statistics.out_of_buffer[number] = 0;
	return MLX5_OK;
}

const struct mlx5_handler mlx5_vport_handlers[] = {
	{ 0x750, MLX5_INITIALIZED, 16, 16, query_state },
	{ 0x754, MLX5_INITIALIZED, 16, QUERIED_LIST_AT, query_context },
	{ 0x755, MLX5_INITIALIZED, MODIFIED_LIST_AT, 8, modify_context },
	{ 0x770, MLX5_INITIALIZED, 32, MLX5_VPORT_COUNTERS_BYTES, query_counters },
	{ 0x773, MLX5_INITIALIZED, 32, 0x100, query_counter_set },
	{ }
};
