// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "queue_counters.h"

#define NAME_BYTES 16

size_t queue_counters__add(struct nic_counter *counters, size_t count, size_t room, bool receive,
			   unsigned int queue, uint64_t frames)
{
	static char names[2][QUEUE_COUNTERS_MAX][NAME_BYTES];
	char *name = names[receive][queue];

	if (!frames || count >= room)
		return count;
	snprintf(name, NAME_BYTES, "%s_queue_%u", receive ? "rx" : "tx",
		 queue % QUEUE_COUNTERS_MAX);
	counters[count] = (struct nic_counter){ name, frames };
	return count + 1;
}
