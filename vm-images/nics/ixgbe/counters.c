// SPDX-License-Identifier: MIT
/* What the users of the model are told: figures that no guest can clear. */
#include <stdio.h>

#include "ixgbe.h"

#define NAME_BYTES 16

size_t ixgbe_figures__list(struct ixgbe *chip, struct nic_counter *counters, size_t room)
{
	const struct ixgbe_figures *figures = &chip->figures;
	const struct nic_counter fixed[] = {
		{ "tx_frames", figures->tx_frames },
		{ "tx_bytes", figures->tx_bytes },
		{ "tx_dropped", figures->tx_dropped },
		{ "tx_segmented", figures->tx_segmented },
		{ "rx_frames", figures->rx_frames },
		{ "rx_bytes", figures->rx_bytes },
		{ "rx_missed", figures->rx_missed },
		{ "rx_filtered", figures->rx_filtered },
		{ "rx_dropped", figures->rx_dropped },
		{ "interrupts", figures->interrupts },
		{ "link_changes", figures->link_changes },
		{ "resets", figures->resets },
		{ "bad_addresses", figures->bad_addresses },
	};
	static char names[2][IXGBE_QUEUES][NAME_BYTES];
	size_t count = 0;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]) && count < room; i++)
		counters[count++] = fixed[i];
	/* Of the queues only those that were used. */
	for (unsigned int receive = 0; receive < 2; receive++) {
		const uint64_t *queues = receive ? figures->rx_queue : figures->tx_queue;

		for (unsigned int i = 0; i < IXGBE_QUEUES && count < room; i++) {
			if (!queues[i])
				continue;
			snprintf(names[receive][i], NAME_BYTES, "%s_queue_%u",
				 receive ? "rx" : "tx", i % IXGBE_QUEUES);
			counters[count++] = (struct nic_counter){ names[receive][i], queues[i] };
		}
	}
	return count;
}
