/* SPDX-License-Identifier: MIT */
/* The command queue: entries in guest memory, their mailboxes, and how their ends are told. */
#ifndef MLX5_COMMAND_QUEUE_H
#define MLX5_COMMAND_QUEUE_H

#include <stdbool.h>

struct mlx5;

#define MLX5_LOG_COMMANDS 5u		/* entries of the queue */
#define MLX5_LOG_COMMAND_BYTES 6u

/* Return: whether there is more to do. */
bool mlx5_command_queue__work(struct mlx5 *chip);

#endif
