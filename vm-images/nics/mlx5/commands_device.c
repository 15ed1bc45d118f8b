// SPDX-License-Identifier: MIT
/* Commands that bring the device up and down (main.c:mlx5_function_enable, fw.c, pagealloc.c). */
#include <string.h>

#include "capabilities.h"
#include "command.h"
#include "port_registers.h"
#include "reset.h"

#define CAPABILITY_MAX 0x0		/* the lowest bit of the modifier; the kind is above it */
#define CAPABILITY_KIND_LOW 1
#define CAPABILITIES_AT 16		/* bytes */

#define SUPPORTED_ISSI 0x360, 32
#define QUERIED_ISSI 0x50, 16
#define CURRENT_ISSI 0x50, 16
#define ISSI_LATEST 1u

#define ADAPTER_PSID 0x100		/* bytes: the name of the board */
#define ADAPTER_VENDOR 0x148, 24

#define QUERY_PAGES_FUNCTION 0x50, 16

static enum mlx5_status enable_hca(struct mlx5 *chip, struct mlx5_command *command)
{
	(void)command;
	if (chip->stage == MLX5_DISABLED)
		chip->stage = MLX5_ENABLED;
	return MLX5_OK;
}

static enum mlx5_status disable_hca(struct mlx5 *chip, struct mlx5_command *command)
{
	(void)command;
	mlx5_reset__objects(chip);
	chip->stage = MLX5_DISABLED;
	return MLX5_OK;
}

static enum mlx5_status init_hca(struct mlx5 *chip, struct mlx5_command *command)
{
	(void)command;
	if (chip->stage == MLX5_INITIALIZED)
		return MLX5_BAD_SYSTEM_STATE;
	chip->stage = MLX5_INITIALIZED;
	return MLX5_OK;
}

/* All objects go, also those that the driver left behind. */
static enum mlx5_status teardown_hca(struct mlx5 *chip, struct mlx5_command *command)
{
	(void)command;
	mlx5_reset__objects(chip);
	chip->stage = MLX5_ENABLED;
	return MLX5_OK;
}

static enum mlx5_status query_issi(struct mlx5 *chip, struct mlx5_command *command)
{
	(void)chip;
	field__set(command->out, QUERIED_ISSI, ISSI_LATEST);
	field__set(command->out, SUPPORTED_ISSI, 1u << 0 | 1u << ISSI_LATEST);
	return MLX5_OK;
}

static enum mlx5_status set_issi(struct mlx5 *chip, struct mlx5_command *command)
{
	(void)chip;
	return field__get(command->in, CURRENT_ISSI) <= ISSI_LATEST ? MLX5_OK : MLX5_BAD_PARAMETER;
}

/* The model keeps everything to itself and asks for no memory: the number of pages stays zero. */
static enum mlx5_status query_pages(struct mlx5 *chip, struct mlx5_command *command)
{
	(void)chip;
	field__set(command->out, QUERY_PAGES_FUNCTION, 0);
	return MLX5_OK;
}

static enum mlx5_status query_capabilities(struct mlx5 *chip, struct mlx5_command *command)
{
	unsigned int kind = command->modifier >> CAPABILITY_KIND_LOW;
	bool max = (command->modifier & 1) == CAPABILITY_MAX;

	return mlx5_capabilities__fill(chip, kind, max, command->out + CAPABILITIES_AT) ?
	       MLX5_OK : MLX5_BAD_PARAMETER;
}

static enum mlx5_status set_capabilities(struct mlx5 *chip, struct mlx5_command *command)
{
	if (chip->stage == MLX5_INITIALIZED)
		return MLX5_BAD_SYSTEM_STATE;
	if (command->modifier >> CAPABILITY_KIND_LOW != MLX5_CAPABILITY_GENERAL ||
	    !mlx5_capabilities__set(chip, command->in + CAPABILITIES_AT))
		return MLX5_BAD_PARAMETER;
	return MLX5_OK;
}

static enum mlx5_status query_adapter(struct mlx5 *chip, struct mlx5_command *command)
{
	(void)chip;
	field__set(command->out, ADAPTER_VENDOR, 0x0002c9);	/* Mellanox's OUI */
	memcpy(command->out + ADAPTER_PSID, "FLASH_CX5", sizeof("FLASH_CX5"));
	return MLX5_OK;
}

const struct mlx5_handler mlx5_device_handlers[] = {
	{ 0x100, MLX5_ENABLED, 8, CAPABILITIES_AT + MLX5_CAPABILITY_BYTES, query_capabilities },
	{ 0x101, MLX5_ENABLED, 8, ADAPTER_PSID + 16, query_adapter },
	{ 0x102, MLX5_ENABLED, 8, 8, init_hca },
	{ 0x103, MLX5_ENABLED, 8, 8, teardown_hca },
	{ 0x104, MLX5_DISABLED, 8, 8, enable_hca },
	{ 0x105, MLX5_DISABLED, 8, 8, disable_hca },
	{ 0x107, MLX5_ENABLED, 8, 16, query_pages },
	{ 0x109, MLX5_ENABLED, CAPABILITIES_AT + MLX5_CAPABILITY_BYTES, 8, set_capabilities },
	{ 0x10a, MLX5_ENABLED, 8, 112, query_issi },
	{ 0x10b, MLX5_ENABLED, 12, 8, set_issi },
	{ 0x805, MLX5_ENABLED, 16, 16, mlx5_port_registers__access },
	{ }
};
