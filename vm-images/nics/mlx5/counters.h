/* SPDX-License-Identifier: MIT */
/* What the users of the model are told. */
#ifndef MLX5_COUNTERS_H
#define MLX5_COUNTERS_H

#include <stddef.h>

#include "core/nic.h"

struct mlx5;

/* Return: how many of at most @room were filled. */
size_t mlx5_counters__list(const struct mlx5 *chip, struct nic_counter *counters, size_t room);

#endif
