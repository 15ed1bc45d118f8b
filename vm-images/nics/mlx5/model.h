/* SPDX-License-Identifier: MIT */
/* The ConnectX-5, as the core and the tests take it. */
#ifndef MLX5_MODEL_H
#define MLX5_MODEL_H

#include "core/nic.h"

extern const struct nic_model mlx5_model;

#endif
