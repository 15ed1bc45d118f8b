// SPDX-License-Identifier: MIT
/* What the users of the model are told: counters that no guest can clear. */
#include <string.h>

#include "counters.h"
#include "ice.h"

size_t ice_counters__list(const struct ice *chip, struct nic_counter *counters, size_t room)
{
	static const char *const tx_names[] = {
		"tx_queue_0", "tx_queue_1", "tx_queue_2", "tx_queue_3", "tx_queue_4", "tx_queue_5",
		"tx_queue_6", "tx_queue_7", "tx_queue_8", "tx_queue_9", "tx_queue_10",
		"tx_queue_11", "tx_queue_12", "tx_queue_13", "tx_queue_14", "tx_queue_15",
	};
	static const char *const rx_names[] = {
		"rx_queue_0", "rx_queue_1", "rx_queue_2", "rx_queue_3", "rx_queue_4", "rx_queue_5",
		"rx_queue_6", "rx_queue_7", "rx_queue_8", "rx_queue_9", "rx_queue_10",
		"rx_queue_11", "rx_queue_12", "rx_queue_13", "rx_queue_14", "rx_queue_15",
	};
	const struct ice_counters *own = &chip->counters;
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
	size_t count = sizeof(fixed) / sizeof(fixed[0]), i;

	if (count > room)
		count = room;
	memcpy(counters, fixed, count * sizeof(fixed[0]));
	for (i = 0; i < sizeof(tx_names) / sizeof(tx_names[0]); i++) {
		if (chip->tx[i].frames && count < room)
			counters[count++] = (struct nic_counter){ tx_names[i], chip->tx[i].frames };
		if (chip->rx[i].frames && count < room)
			counters[count++] = (struct nic_counter){ rx_names[i], chip->rx[i].frames };
	}
	return count;
}
