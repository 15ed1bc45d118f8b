/* SPDX-License-Identifier: MIT */
/* Accesses to the BAR: the initialization segment, and doorbells. */
#ifndef MLX5_ACCESS_H
#define MLX5_ACCESS_H

#include <stdint.h>

struct mlx5;

uint64_t mlx5_access__read(struct mlx5 *chip, uint64_t offset, unsigned int size);
void mlx5_access__write(struct mlx5 *chip, uint64_t offset, uint64_t value, unsigned int size);

#endif
