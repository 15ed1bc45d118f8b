/* SPDX-License-Identifier: MIT */
/* Resets. */
#ifndef MLX5_RESET_H
#define MLX5_RESET_H

#include "core/nic.h"

struct mlx5;

/* What TEARDOWN_HCA leaves: no objects at all. */
void mlx5_reset__objects(struct mlx5 *chip);
void mlx5_reset__device(struct mlx5 *chip, enum nic_reset kind);

#endif
