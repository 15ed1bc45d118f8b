// SPDX-License-Identifier: MIT
/* What the users of the model are told: counters that no guest can clear. */
#include "core/queue_counters.h"
#include "counters.h"
#include "ice.h"

_Static_assert(ICE_QUEUES <= QUEUE_COUNTERS_MAX, "every queue has a name");

size_t ice_counters__list(const struct ice *chip, struct nic_counter *counters, size_t room)
{
	size_t count = intel_counters__list(&chip->counters, counters, room), i;

	for (i = 0; i < ICE_QUEUES; i++) {
		count = queue_counters__add(counters, count, room, false, i,
					    chip->tx.ring[i].frames);
		count = queue_counters__add(counters, count, room, true, i, chip->rx[i].frames);
	}
	return count;
}
