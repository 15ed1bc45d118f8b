/* SPDX-License-Identifier: MIT */
/* A command from the command queue, and the tables of those that there are. */
#ifndef MLX5_COMMAND_H
#define MLX5_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "fields.h"
#include "mlx5.h"

/* The longest: SET_HCA_CAP and an RQT of many queues. */
#define MLX5_COMMAND_MAX 8192u

/* include/linux/mlx5/device.h, MLX5_CMD_STAT_*. */
enum mlx5_status {
	MLX5_OK = 0x00,
	MLX5_BAD_OPERATION = 0x02,
	MLX5_BAD_PARAMETER = 0x03,
	MLX5_BAD_SYSTEM_STATE = 0x04,
	MLX5_BAD_RESOURCE = 0x05,	/* there is no such object */
	MLX5_EXCEEDS_LIMIT = 0x08,
	MLX5_BAD_RESOURCE_STATE = 0x09,
	MLX5_NO_RESOURCES = 0x0f,
	MLX5_BAD_INPUT_LENGTH = 0x50,
	MLX5_BAD_OUTPUT_LENGTH = 0x51,
};

/* Both directions without mailboxes' headers. Beyond its length, in[] is zero, and so is out[]. */
struct mlx5_command {
	uint16_t opcode, modifier;
	size_t in_bytes, out_bytes;
	uint8_t in[MLX5_COMMAND_MAX], out[MLX5_COMMAND_MAX];
};

struct mlx5_handler {
	uint16_t opcode;		/* 0 ends a table */
	enum mlx5_stage stage;		/* the first in which there is the command */
	uint16_t in_min, out_min;	/* bytes */
	enum mlx5_status (*handle)(struct mlx5 *chip, struct mlx5_command *command);
};

extern const struct mlx5_handler mlx5_device_handlers[];
extern const struct mlx5_handler mlx5_object_handlers[];
extern const struct mlx5_handler mlx5_ring_handlers[];
extern const struct mlx5_handler mlx5_queue_handlers[];
extern const struct mlx5_handler mlx5_tir_handlers[];
extern const struct mlx5_handler mlx5_flow_handlers[];
extern const struct mlx5_handler mlx5_vport_handlers[];

/* The same place in many commands: the number of the object, asked for or made. */
#define COMMAND_NUMBER 0x48, 24
/* Where an object's context begins in CREATE and MODIFY commands, by bit. */
#define CREATE_CONTEXT 0x100u

#endif
