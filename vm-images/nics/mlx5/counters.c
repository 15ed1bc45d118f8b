// SPDX-License-Identifier: MIT
/* The model's own counters. */
#include <string.h>

#include "counters.h"
#include "mlx5.h"

size_t mlx5_counters__list(const struct mlx5 *chip, struct nic_counter *counters, size_t room)
{
	const struct mlx5_counters *own = &chip->counters;
	const struct nic_counter fixed[] = {
		{ "tx_frames", own->tx_frames },
		{ "tx_bytes", own->tx_bytes },
		{ "tx_dropped", own->tx_dropped },
		{ "rx_frames", own->rx_frames },
		{ "rx_bytes", own->rx_bytes },
		{ "rx_missed", own->rx_missed },
		{ "rx_filtered", own->rx_filtered },
		{ "rx_dropped", own->rx_dropped },
		{ "interrupts", own->interrupts },
		{ "events", own->events },
		{ "events_lost", own->events_lost },
		{ "commands", own->commands },
		{ "commands_refused", own->commands_refused },
		{ "bad_addresses", own->bad_addresses },
		{ "bad_wqes", own->bad_wqes },
		{ "cq_overruns", own->cq_overruns },
		{ "resets", own->resets },
		{ "flows", chip->flows.used },
	};
	size_t count = sizeof(fixed) / sizeof(fixed[0]);

	if (count > room)
		count = room;
	memcpy(counters, fixed, count * sizeof(fixed[0]));
	return count;
}
