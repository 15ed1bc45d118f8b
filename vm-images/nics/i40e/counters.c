// SPDX-License-Identifier: MIT
/* What the users of the model are told: counters that no guest can clear. */
#include <string.h>

#include "core/queue_counters.h"
#include "counters.h"
#include "i40e.h"

_Static_assert(I40E_QUEUES <= QUEUE_COUNTERS_MAX, "every queue has a name");

size_t i40e_counters__list(const struct i40e *chip, struct nic_counter *counters, size_t room)
{
	const struct i40e_counters *own = &chip->counters;
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
		{ "flows", chip->flows.used },
	};
	size_t count = sizeof(fixed) / sizeof(fixed[0]), i;

	if (count > room)
		count = room;
	memcpy(counters, fixed, count * sizeof(fixed[0]));
	for (i = 0; i < I40E_QUEUES; i++) {
		count = queue_counters__add(counters, count, room, false, i, chip->tx[i].frames);
		count = queue_counters__add(counters, count, room, true, i, chip->rx[i].frames);
	}
	return count;
}
