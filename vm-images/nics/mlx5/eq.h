/* SPDX-License-Identifier: MIT */
/* Event queues, and the interrupts that go with them. */
#ifndef MLX5_EQ_H
#define MLX5_EQ_H

#include <stdbool.h>
#include <stdint.h>

struct mlx5;

#define MLX5_EQE_BYTES 64u
#define MLX5_EQE_DATA 28u		/* bytes */

/* Event types (include/linux/mlx5/device.h, enum mlx5_event). */
#define MLX5_EVENT_COMPLETION 0x00
#define MLX5_EVENT_CQ_ERROR 0x04
#define MLX5_EVENT_PORT_CHANGE 0x09
#define MLX5_EVENT_COMMAND 0x0a

/* An event for the EQ of that number, which may be none. */
void mlx5_eq__push(struct mlx5 *chip, uint32_t number, uint8_t type, uint8_t subtype,
		   const uint8_t data[MLX5_EQE_DATA]);
/* The EQ that takes events of a type. Return: its number, 0: there is none. */
uint32_t mlx5_eq__of_event(const struct mlx5 *chip, uint8_t type);
/* A doorbell: the driver's consumer index, and whether the next event is to raise an interrupt. */
void mlx5_eq__doorbell(struct mlx5 *chip, uint32_t value, bool arm);

#endif
