// SPDX-License-Identifier: MIT
#include <string.h>

#include "core/queue_counters.h"
#include "counters.h"
#include "rx_ring.h"
#include "tx_ring.h"

_Static_assert(INTEL_QUEUES <= QUEUE_COUNTERS_MAX, "every queue has a name");

size_t intel_counters__list(const struct intel_counters *own, struct nic_counter *counters,
			    size_t room)
{
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
		{ "admin_commands", own->admin_commands },
		{ "admin_refused", own->admin_refused },
		{ "admin_events", own->admin_events },
		{ "bad_addresses", own->bad_addresses },
		{ "bad_contexts", own->bad_contexts },
		{ "resets", own->resets },
	};
	size_t count = sizeof(fixed) / sizeof(fixed[0]);

	if (count > room)
		count = room;
	memcpy(counters, fixed, count * sizeof(fixed[0]));
	return count;
}

size_t intel_counters__add_queues(const struct tx_ring *tx, const struct rx_ring *rx,
				  struct nic_counter *counters, size_t count, size_t room)
{
	unsigned int i;

	for (i = 0; i < INTEL_QUEUES; i++) {
		count = queue_counters__add(counters, count, room, false, i, tx[i].frames);
		count = queue_counters__add(counters, count, room, true, i, rx[i].frames);
	}
	return count;
}
