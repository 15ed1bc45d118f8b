/* SPDX-License-Identifier: MIT */
/* Statistics that the guest reads: of the vport by a command, of the port by a register. */
#ifndef MLX5_STATISTICS_H
#define MLX5_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mlx5;

#define MLX5_VPORT_COUNTERS_BYTES 0xe0u	/* of the answer of QUERY_VPORT_COUNTER */
#define MLX5_PORT_COUNTERS_BYTES 248u	/* of a counter set in PPCNT */

void mlx5_statistics__count_rx(struct mlx5 *chip, const uint8_t *frame, size_t bytes);
void mlx5_statistics__count_tx(struct mlx5 *chip, const uint8_t *frame, size_t bytes);

void mlx5_statistics__fill_vport(const struct mlx5 *chip, uint8_t *answer);
/* The counter set of a group; of a group that is not there, all zero. */
void mlx5_statistics__fill_port(const struct mlx5 *chip, unsigned int group, unsigned int priority,
				uint8_t counters[MLX5_PORT_COUNTERS_BYTES]);

#endif
