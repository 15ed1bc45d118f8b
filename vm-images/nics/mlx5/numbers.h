/* SPDX-License-Identifier: MIT */
/* Numbers of objects: which of them are given out. 0 never is. */
#ifndef MLX5_NUMBERS_H
#define MLX5_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#define MLX5_NUMBERS_MAX 1024u

struct mlx5_numbers {
	uint64_t taken[MLX5_NUMBERS_MAX / 64];
};

/* The lowest below @limit that is free, which it is no more. Return: 0 when there is none. */
uint32_t mlx5_numbers__take(struct mlx5_numbers *numbers, uint32_t limit);
/* The first taken one from @from on, @from excluded, and around. Return: 0 when there is none. */
uint32_t mlx5_numbers__next(const struct mlx5_numbers *numbers, uint32_t from);

static inline bool mlx5_numbers__has(const struct mlx5_numbers *numbers, uint32_t number)
{
	return number < MLX5_NUMBERS_MAX && numbers->taken[number / 64] >> number % 64 & 1;
}

static inline void mlx5_numbers__add(struct mlx5_numbers *numbers, uint32_t number)
{
	numbers->taken[number / 64] |= UINT64_C(1) << number % 64;
}

static inline void mlx5_numbers__remove(struct mlx5_numbers *numbers, uint32_t number)
{
	numbers->taken[number / 64] &= ~(UINT64_C(1) << number % 64);
}

#endif
