// SPDX-License-Identifier: MIT
/* What the users of the model are told: counters that no guest can clear. */
#include <stdio.h>

#include "counters.h"
#include "ixgbe.h"

#define NAME_BYTES 16

size_t ixgbe_counters__list(struct ixgbe *chip, struct nic_counter *counters, size_t room)
{
	const struct ixgbe_counters *own = &chip->counters;
	const struct nic_counter fixed[] = {
		{ "tx_frames", own->tx_frames },
		{ "tx_bytes", own->tx_bytes },
		{ "tx_dropped", own->tx_dropped },
		{ "tx_segmented", own->tx_segmented },
		{ "rx_frames", own->rx_frames },
		{ "rx_bytes", own->rx_bytes },
		{ "rx_missed", own->rx_missed },
		{ "rx_filtered", own->rx_filtered },
		{ "rx_dropped", own->rx_dropped },
		{ "interrupts", own->interrupts },
		{ "link_changes", own->link_changes },
		{ "resets", own->resets },
		{ "bad_addresses", own->bad_addresses },
	};
	static char names[2][IXGBE_QUEUES][NAME_BYTES];
	size_t count = 0;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]) && count < room; i++)
		counters[count++] = fixed[i];
	/* Of the queues only those that were used. */
	for (unsigned int receive = 0; receive < 2; receive++) {
		const uint64_t *queues = receive ? own->rx_queue : own->tx_queue;

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
