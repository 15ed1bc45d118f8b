// SPDX-License-Identifier: MIT
#include <string.h>

#include "loop.h"
#include "timers.h"

void timers__clear(struct timers *timers)
{
	memset(timers->due, 0, sizeof(timers->due));
	timers->next = LOOP_NEVER;
}

void timers__set(struct timers *timers, unsigned int timer, uint64_t due)
{
	timers->due[timer] = due;
	if (due && due < timers->next)
		timers->next = due;
}

unsigned int timers__expire(struct timers *timers, uint64_t now)
{
	unsigned int earliest = NIC_TIMERS;

	if (timers->next > now)
		return NIC_TIMERS;
	timers->next = LOOP_NEVER;
	for (unsigned int i = 0; i < NIC_TIMERS; i++) {
		if (timers->due[i] && timers->due[i] < timers->next) {
			timers->next = timers->due[i];
			earliest = i;
		}
	}
	if (timers->next > now)
		return NIC_TIMERS;
	/* next stays at this one's time: there may be others as early, the next call looks. */
	timers->due[earliest] = 0;
	return earliest;
}
