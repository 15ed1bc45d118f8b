// SPDX-License-Identifier: MIT
#include "numbers.h"

uint32_t mlx5_numbers__take(struct mlx5_numbers *numbers, uint32_t limit)
{
	uint32_t number;

	for (number = 1; number < limit; number++) {
		if (mlx5_numbers__has(numbers, number))
			continue;
		mlx5_numbers__add(numbers, number);
		return number;
	}
	return 0;
}

uint32_t mlx5_numbers__next(const struct mlx5_numbers *numbers, uint32_t from)
{
	uint32_t step, number;

	for (step = 1; step <= MLX5_NUMBERS_MAX; step++) {
		number = (from + step) % MLX5_NUMBERS_MAX;
		if (!(number % 64) && !numbers->taken[number / 64])
			step += 63;
		else if (number && mlx5_numbers__has(numbers, number))
			return number;
	}
	return 0;
}
