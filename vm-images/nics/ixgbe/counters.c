// SPDX-License-Identifier: MIT
/* What the users of the model are told: counters that no guest can clear. */
#include "core/queue_counters.h"
#include "counters.h"
#include "ixgbe.h"

_Static_assert(IXGBE_QUEUES <= QUEUE_COUNTERS_MAX, "every queue has a name");

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
	size_t count = 0;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]) && count < room; i++)
		counters[count++] = fixed[i];
	for (unsigned int i = 0; i < IXGBE_QUEUES; i++) {
		count = queue_counters__add(counters, count, room, false, i, own->tx_queue[i]);
		count = queue_counters__add(counters, count, room, true, i, own->rx_queue[i]);
	}
	return count;
}
