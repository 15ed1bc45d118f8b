/* SPDX-License-Identifier: MIT */
/* Flow tables, their groups and entries, and the way of a frame through them. */
#ifndef MLX5_STEERING_H
#define MLX5_STEERING_H

#include <stdbool.h>
#include <stdint.h>

#include "mlx5.h"
#include "packet.h"

/* Where a frame goes. */
struct mlx5_verdict {
	uint32_t tir;			/* 0: it is dropped */
	uint32_t tag;			/* of the entry that sent it there */
};

struct mlx5_verdict mlx5_steering__walk(const struct mlx5 *chip, const struct mlx5_packet *packet,
					const uint8_t *frame);

/* Whether all fields of a mask are among those that the device can match. */
bool mlx5_steering__can_match(const uint8_t mask[MLX5_MATCH_BYTES]);

/* Puts a group where its indices are in its table's list; false: they are another's too. */
bool mlx5_steering__add_group(struct mlx5 *chip, uint32_t number);
void mlx5_steering__remove_group(struct mlx5 *chip, uint32_t number);

/* Adds an entry, its value not yet under the group's mask. False: there are too many. */
bool mlx5_steering__add_entry(struct mlx5 *chip, const struct mlx5_entry *entry);
/* The entry with that index of a table, or NULL. */
struct mlx5_entry *mlx5_steering__find_entry(struct mlx5 *chip, uint32_t table, uint32_t index);
void mlx5_steering__remove_entry(struct mlx5 *chip, struct mlx5_entry *entry);

#endif
