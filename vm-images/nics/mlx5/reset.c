// SPDX-License-Identifier: MIT
/*
 * Resets: a function-level reset brings everything to its default but the statistics of the port,
 * of which the driver learns nothing but that its commands are not answered.
 */
#include <string.h>

#include "capabilities.h"
#include "mlx5.h"
#include "reset.h"

#define MTU_DEFAULT 1522u		/* 1500, with header, tag and checksum */
/* Key 0x100 ends lists of buffers (MLX5_TERMINATE_SCATTER_LIST_LKEY): it stays the device's. */
#define MKEY_TERMINATOR 1u

void mlx5_reset__objects(struct mlx5 *chip)
{
	memset(chip->numbers, 0, sizeof(chip->numbers));
	memset(&chip->ready_sqs, 0, sizeof(chip->ready_sqs));
	memset(&chip->flows, 0, sizeof(chip->flows));
	chip->mkeys[MKEY_TERMINATOR] = (struct mlx5_mkey){ 0 };
	mlx5_numbers__add(&chip->numbers[MLX5_MKEY], MKEY_TERMINATOR);
	chip->next_sq = 0;
	chip->wire_full = false;
	chip->rx_waits_for = 0;
	nic__set_timer(chip->nic, MLX5_TIMER_RETRY, 0);
	nic__room(chip->nic);
}

void mlx5_reset__device(struct mlx5 *chip, enum nic_reset kind)
{
	mlx5_reset__objects(chip);
	mlx5_capabilities__reset(chip);
	chip->stage = MLX5_DISABLED;
	chip->command_queue = 0;
	chip->nic_interface = 0;
	chip->commands_due = 0;
	chip->doorbell_at = 0;
	chip->link = (struct mlx5_link){ .enabled = true, .mtu = MTU_DEFAULT };
	chip->link.up = nic__link(chip->nic);
	memset(&chip->vport, 0, sizeof(chip->vport));
	memcpy(chip->vport.address, nic__mac(chip->nic), 6);
	chip->vport.mtu = MTU_DEFAULT;
	if (kind == NIC_RESET_POWER)
		memset(&chip->statistics, 0, sizeof(chip->statistics));
	chip->counters.resets++;
}
