/* SPDX-License-Identifier: MIT */
/* Completion queues. */
#ifndef MLX5_CQ_H
#define MLX5_CQ_H

#include <stdbool.h>
#include <stdint.h>

struct mlx5;

#define MLX5_CQE_BYTES 64u

/* Opcodes of entries (include/linux/mlx5/device.h). */
#define MLX5_CQE_REQUEST 0x0
#define MLX5_CQE_RECEIVED 0x2
#define MLX5_CQE_REQUEST_ERROR 0xd
#define MLX5_CQE_RECEIVE_ERROR 0xe

/* Fields of entries, by byte: those of all of them, and those of errors. */
#define MLX5_CQE_BYTE_COUNT 44
#define MLX5_CQE_TIME 48
#define MLX5_CQE_QUEUE 56		/* of SQs, with an opcode above; of RQs: the flow's tag */
#define MLX5_CQE_COUNTER 60
#define MLX5_CQE_SYNDROME 55
#define MLX5_SYNDROME_LENGTH 0x01
#define MLX5_SYNDROME_OPERATION 0x02
#define MLX5_SYNDROME_PROTECTION 0x04
#define MLX5_SYNDROME_FLUSHED 0x05

/* Whether an entry can be put; false: there is no such CQ, or it is in error. */
bool mlx5_cq__works(const struct mlx5 *chip, uint32_t number);
/*
 * Adds an entry, of which the last byte and the time are filled in here.
 * Return: false when there is no such CQ, or it is in error, now or before.
 */
bool mlx5_cq__push(struct mlx5 *chip, uint32_t number, uint8_t opcode,
		   uint8_t entry[MLX5_CQE_BYTES]);
/* A doorbell: the driver's consumer index and command, and the CQ; of UAR page @uar. */
void mlx5_cq__arm(struct mlx5 *chip, uint32_t uar, uint32_t command, uint32_t number);

#endif
