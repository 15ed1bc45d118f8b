/* SPDX-License-Identifier: MIT */
/* Receive queues. */
#ifndef MLX5_RX_H
#define MLX5_RX_H

#include <stdbool.h>
#include <stddef.h>

struct mlx5;

bool mlx5_rx__receive(struct mlx5 *chip, const void *frame, size_t bytes);
/* There may be WQEs now for the frame that waits. */
void mlx5_rx__retry(struct mlx5 *chip);
/* The frame that waits has waited too long. */
void mlx5_rx__missed(struct mlx5 *chip);

#endif
