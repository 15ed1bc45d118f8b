/* SPDX-License-Identifier: MIT */
/* Send queues. */
#ifndef MLX5_TX_H
#define MLX5_TX_H

#include <stdbool.h>
#include <stdint.h>

struct mlx5;

/* The second word of a WQE that was posted: the queue's number, and a length. */
void mlx5_tx__doorbell(struct mlx5 *chip, uint32_t word);
/* Return: whether there is more to do, and the wire has room. */
bool mlx5_tx__work(struct mlx5 *chip);

#endif
