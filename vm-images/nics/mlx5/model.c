// SPDX-License-Identifier: MIT
/* The ConnectX-5 as the core sees it: its place on the bus, and who does what the core asks for. */
#include "access.h"
#include "command_queue.h"
#include "counters.h"
#include "link.h"
#include "mlx5.h"
#include "model.h"
#include "reset.h"
#include "rx.h"
#include "tx.h"

#define MSIX_TABLE 0x2000u		/* in the BAR, behind the initialization segment */
#define MSIX_PENDING 0x3000u

static struct mlx5 *mlx5__of(struct nic *nic)
{
	struct mlx5 *chip = nic__state(nic);

	chip->nic = nic;
	return chip;
}

static uint64_t mlx5__read(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size)
{
	return bar ? 0 : mlx5_access__read(mlx5__of(nic), offset, size);
}

static void mlx5__write(struct nic *nic, unsigned int bar, uint64_t offset, uint64_t value,
			unsigned int size)
{
	if (!bar)
		mlx5_access__write(mlx5__of(nic), offset, value, size);
}

static void mlx5__reset(struct nic *nic, enum nic_reset kind)
{
	mlx5_reset__device(mlx5__of(nic), kind);
}

static bool mlx5__work(struct nic *nic)
{
	struct mlx5 *chip = mlx5__of(nic);
	bool more = mlx5_command_queue__work(chip);

	return mlx5_tx__work(chip) || more;
}

static bool mlx5__receive(struct nic *nic, const void *frame, size_t bytes)
{
	return mlx5_rx__receive(mlx5__of(nic), frame, bytes);
}

static void mlx5__missed(struct nic *nic)
{
	mlx5_rx__missed(mlx5__of(nic));
}

static void mlx5__link(struct nic *nic, bool up)
{
	(void)up;
	mlx5_link__update(mlx5__of(nic));
}

static void mlx5__timer(struct nic *nic, unsigned int timer)
{
	(void)timer;			/* MLX5_TIMER_RETRY */
	mlx5_rx__retry(mlx5__of(nic));
}

static size_t mlx5__counters(struct nic *nic, struct nic_counter *counters, size_t room)
{
	return mlx5_counters__list(mlx5__of(nic), counters, room);
}

const struct nic_model mlx5_model = {
	.name = "mlx5",
	.title = "Mellanox ConnectX-5",
	.vendor = 0x15b3,
	.device = 0x1017,
	.subsystem_vendor = 0x15b3,
	.subsystem = 0x0007,
	.revision = 0,
	.class_code = 0x020000,
	.bars = {
		[0] = { .size = MLX5_BAR_BYTES, .wide = true, .prefetchable = true },
	},
	.capabilities = { .power = 0x40, .msix = 0x9c, .express = 0x60, .serial = 0x2005c0ffee },
	.msix = {
		.vectors = MLX5_VECTORS,
		.bar = 0,
		.table = MSIX_TABLE,
		.pending = MSIX_PENDING,
	},
	.state_bytes = sizeof(struct mlx5),
	.reset = mlx5__reset,
	.read = mlx5__read,
	.write = mlx5__write,
	.work = mlx5__work,
	.receive = mlx5__receive,
	.missed = mlx5__missed,
	.link = mlx5__link,
	.timer = mlx5__timer,
	.counters = mlx5__counters,
};
