/* SPDX-License-Identifier: MIT */
/* Work queue entries of send queues: what they ask for, and their packets. */
#ifndef MLX5_WQE_H
#define MLX5_WQE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offload.h"

struct mlx5;
struct mlx5_sq;

#define MLX5_WQE_BLOCK 64u
#define MLX5_WQE_MAX 1024u

struct mlx5_wqe {
	uint8_t opcode;
	unsigned int blocks;		/* at least 1, whatever is in it */
	bool reports;			/* is to have a completion */
	size_t bytes;
	uint8_t data[MLX5_WQE_MAX];
};

/* The entry at the queue's consumer index. Return: whether it is in guest memory, and complete. */
bool mlx5_wqe__load(struct mlx5 *chip, const struct mlx5_sq *sq, unsigned int posted,
		    struct mlx5_wqe *wqe);

bool mlx5_wqe__sends(const struct mlx5_wqe *wqe);
bool mlx5_wqe__is_nop(const struct mlx5_wqe *wqe);

/*
 * Puts the packet of an entry that sends into chip->packet.
 * Return: 0, or the syndrome of the completion: it is wrong, or not in guest memory.
 */
uint8_t mlx5_wqe__gather(struct mlx5 *chip, const struct mlx5_wqe *wqe,
			 struct mlx5_offload *offload, size_t *bytes);

#endif
