// SPDX-License-Identifier: MIT
#include "eq.h"
#include "link.h"
#include "mlx5.h"

/* A port change event (en_main.c:async_event): its subtype, and the port in the data. */
#define SUBTYPE_DOWN 1
#define SUBTYPE_ACTIVE 4
#define EVENT_PORT 8			/* bytes; the number is in the upper half */
#define PORT_1 (1u << 4)

bool mlx5_link__is_up(const struct mlx5 *chip)
{
	return chip->link.enabled && nic__link(chip->nic);
}

void mlx5_link__update(struct mlx5 *chip)
{
	uint8_t data[MLX5_EQE_DATA] = { [EVENT_PORT] = PORT_1 };
	uint32_t eq = mlx5_eq__of_event(chip, MLX5_EVENT_PORT_CHANGE);
	bool up = mlx5_link__is_up(chip);

	if (up == chip->link.up)
		return;
	chip->link.up = up;
	if (!up)
		chip->statistics.link_downs++;
	if (eq)
		mlx5_eq__push(chip, eq, MLX5_EVENT_PORT_CHANGE, up ? SUBTYPE_ACTIVE : SUBTYPE_DOWN,
			      data);
	/* What waits on the wire or in a ring is dropped, or can go on. */
	nic__room(chip->nic);
	nic__schedule(chip->nic);
}
