// SPDX-License-Identifier: MIT
/* What the users of the model are told: counters that no guest can clear. */
#include "core/queue_counters.h"
#include "counters.h"
#include "i40e.h"

_Static_assert(I40E_QUEUES <= QUEUE_COUNTERS_MAX, "every queue has a name");

size_t i40e_counters__list(const struct i40e *chip, struct nic_counter *counters, size_t room)
{
	size_t count = intel_counters__list(&chip->counters, counters, room), i;

	if (count < room)
		counters[count++] = (struct nic_counter){ "flows", chip->flows.used };
	for (i = 0; i < I40E_QUEUES; i++) {
		count = queue_counters__add(counters, count, room, false, i,
					    chip->tx.ring[i].frames);
		count = queue_counters__add(counters, count, room, true, i, chip->rx[i].frames);
	}
	return count;
}
