/* SPDX-License-Identifier: MIT */
/* The link: up when the wire has one and the driver lets the port run. */
#ifndef MLX5_LINK_H
#define MLX5_LINK_H

#include <stdbool.h>

struct mlx5;

bool mlx5_link__is_up(const struct mlx5 *chip);
/* Looks whether the link changed, and tells the driver. */
void mlx5_link__update(struct mlx5 *chip);

#endif
