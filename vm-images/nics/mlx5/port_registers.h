/* SPDX-License-Identifier: MIT */
/* Registers of the port, which a command reads and writes. */
#ifndef MLX5_PORT_REGISTERS_H
#define MLX5_PORT_REGISTERS_H

#include "command.h"

enum mlx5_status mlx5_port_registers__access(struct mlx5 *chip, struct mlx5_command *command);

#endif
