// SPDX-License-Identifier: MIT
/*
 * Objects that are little more than a number: protection and transport domains, UARs, memory keys,
 * TISes, sets of counters. Who owns what is not looked at: one driver has the device, and no user
 * space.
 */
#include "command.h"

#define ALLOCATED_COUNTER_SET 0x58, 8
#define TIS_DOMAIN 0x228, 24

#define MKEY_ACCESS_HIGH 0x83, 3	/* of memory_key_mkey_entry, which is from bit 0x80 on */
#define MKEY_LOCAL_WRITE 0x94, 1
#define MKEY_LOCAL_READ 0x95, 1
#define MKEY_ACCESS_LOW 0x96, 2
#define MKEY_VARIANT 0xb8, 8
#define MKEY_LENGTH64 0xe0, 1
#define MKEY_PD 0xe8, 24

/* Takes a number, which is the answer. */
static enum mlx5_status object__create(struct mlx5 *chip, struct mlx5_command *command,
				       enum mlx5_kind kind, uint32_t limit, uint32_t *number)
{
	*number = mlx5_numbers__take(&chip->numbers[kind], limit);
	if (!*number)
		return MLX5_NO_RESOURCES;
	field__set(command->out, COMMAND_NUMBER, *number);
	return MLX5_OK;
}

static enum mlx5_status object__destroy(struct mlx5 *chip, struct mlx5_command *command,
					enum mlx5_kind kind)
{
	uint32_t number = field__get(command->in, COMMAND_NUMBER);

	if (!mlx5_numbers__has(&chip->numbers[kind], number))
		return MLX5_BAD_RESOURCE;
	mlx5_numbers__remove(&chip->numbers[kind], number);
	return MLX5_OK;
}

static enum mlx5_status alloc_pd(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number;

	return object__create(chip, command, MLX5_PD, MLX5_PDS, &number);
}

static enum mlx5_status dealloc_pd(struct mlx5 *chip, struct mlx5_command *command)
{
	return object__destroy(chip, command, MLX5_PD);
}

static enum mlx5_status alloc_transport_domain(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number;

	return object__create(chip, command, MLX5_TD, MLX5_TDS, &number);
}

static enum mlx5_status dealloc_transport_domain(struct mlx5 *chip, struct mlx5_command *command)
{
	return object__destroy(chip, command, MLX5_TD);
}

static enum mlx5_status alloc_uar(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = mlx5_numbers__take(&chip->numbers[MLX5_UAR], MLX5_UARS);

	if (!number)
		return MLX5_NO_RESOURCES;
	field__set(command->out, COMMAND_NUMBER, MLX5_UAR_FIRST + number);
	return MLX5_OK;
}

static enum mlx5_status dealloc_uar(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t page = field__get(command->in, COMMAND_NUMBER);

	if (!mlx5__has_uar(chip, page))
		return MLX5_BAD_RESOURCE;
	mlx5_numbers__remove(&chip->numbers[MLX5_UAR], page - MLX5_UAR_FIRST);
	return MLX5_OK;
}

static enum mlx5_status alloc_counter_set(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = mlx5_numbers__take(&chip->numbers[MLX5_COUNTER_SET], MLX5_COUNTER_SETS);

	if (!number)
		return MLX5_NO_RESOURCES;
	chip->statistics.out_of_buffer[number] = 0;
	field__set(command->out, ALLOCATED_COUNTER_SET, number);
	return MLX5_OK;
}

static enum mlx5_status dealloc_counter_set(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, ALLOCATED_COUNTER_SET);

	if (!mlx5_numbers__has(&chip->numbers[MLX5_COUNTER_SET], number))
		return MLX5_BAD_RESOURCE;
	mlx5_numbers__remove(&chip->numbers[MLX5_COUNTER_SET], number);
	return MLX5_OK;
}

/*
 * Only keys for all of memory by physical addresses: their mode is zero (MLX5_MKC_ACCESS_MODE_PA).
 * What needs others (striding receive queues, user space) is not among the capabilities.
 */
static enum mlx5_status create_mkey(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *in = command->in;
	enum mlx5_status status;
	uint32_t number;

	if (field__get(in, MKEY_ACCESS_HIGH) || field__get(in, MKEY_ACCESS_LOW) ||
	    !field__get(in, MKEY_LENGTH64))
		return MLX5_BAD_PARAMETER;
	if (!mlx5_numbers__has(&chip->numbers[MLX5_PD], field__get(in, MKEY_PD)))
		return MLX5_BAD_RESOURCE;
	status = object__create(chip, command, MLX5_MKEY, MLX5_MKEYS, &number);
	if (status != MLX5_OK)
		return status;
	chip->mkeys[number] = (struct mlx5_mkey){
		.variant = field__get(in, MKEY_VARIANT),
		.reads = field__get(in, MKEY_LOCAL_READ),
		.writes = field__get(in, MKEY_LOCAL_WRITE),
	};
	return MLX5_OK;
}

static enum mlx5_status destroy_mkey(struct mlx5 *chip, struct mlx5_command *command)
{
	return object__destroy(chip, command, MLX5_MKEY);
}

static enum mlx5_status create_tis(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number;

	if (!mlx5_numbers__has(&chip->numbers[MLX5_TD], field__get(command->in, TIS_DOMAIN)))
		return MLX5_BAD_RESOURCE;
	return object__create(chip, command, MLX5_TIS, MLX5_TISES, &number);
}

static enum mlx5_status destroy_tis(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t sq;

	for (sq = 1; sq < MLX5_SQS; sq++)
		if (mlx5_numbers__has(&chip->numbers[MLX5_SQ], sq) &&
		    chip->sqs[sq].tis == field__get(command->in, COMMAND_NUMBER))
			return MLX5_BAD_RESOURCE_STATE;
	return object__destroy(chip, command, MLX5_TIS);
}

const struct mlx5_handler mlx5_object_handlers[] = {
	{ 0x200, MLX5_INITIALIZED, 0x110, 16, create_mkey },
	{ 0x202, MLX5_INITIALIZED, 16, 8, destroy_mkey },
	{ 0x771, MLX5_INITIALIZED, 16, 16, alloc_counter_set },
	{ 0x772, MLX5_INITIALIZED, 16, 8, dealloc_counter_set },
	{ 0x800, MLX5_INITIALIZED, 16, 16, alloc_pd },
	{ 0x801, MLX5_INITIALIZED, 16, 8, dealloc_pd },
	{ 0x802, MLX5_INITIALIZED, 16, 16, alloc_uar },
	{ 0x803, MLX5_INITIALIZED, 16, 8, dealloc_uar },
	{ 0x816, MLX5_INITIALIZED, 16, 16, alloc_transport_domain },
	{ 0x817, MLX5_INITIALIZED, 16, 8, dealloc_transport_domain },
	{ 0x912, MLX5_INITIALIZED, 0xc0, 16, create_tis },
	{ 0x914, MLX5_INITIALIZED, 16, 8, destroy_tis },
	{ }
};
