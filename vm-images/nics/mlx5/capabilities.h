/* SPDX-License-Identifier: MIT */
/* What the device says that it can do, for QUERY_HCA_CAP and SET_HCA_CAP. */
#ifndef MLX5_CAPABILITIES_H
#define MLX5_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

struct mlx5;

#define MLX5_CAPABILITY_BYTES 4096u

/* Kinds of capabilities (include/linux/mlx5/device.h, enum mlx5_cap_type). */
#define MLX5_CAPABILITY_GENERAL 0x0
#define MLX5_CAPABILITY_ETHERNET 0x1
#define MLX5_CAPABILITY_FLOW_TABLE 0x7

/* @max: what can be; else what is, after SET_HCA_CAP. Return: whether there is such a kind. */
bool mlx5_capabilities__fill(const struct mlx5 *chip, unsigned int kind, bool max, uint8_t *to);
/* What the driver set of the general ones. Return: whether that can be. */
bool mlx5_capabilities__set(struct mlx5 *chip, const uint8_t *from);
void mlx5_capabilities__reset(struct mlx5 *chip);

#endif
