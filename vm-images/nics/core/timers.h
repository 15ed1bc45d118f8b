/* SPDX-License-Identifier: MIT */
/* The timers of a port. Nothing runs by itself: the testbed asks when the next is due. */
#ifndef TIMERS_H
#define TIMERS_H

#include <stdint.h>

#include "nic.h"

struct timers {
	uint64_t due[NIC_TIMERS];	/* 0: not set */
	uint64_t next;			/* not after the earliest of them; LOOP_NEVER: none */
};

void timers__clear(struct timers *timers);
void timers__set(struct timers *timers, unsigned int timer, uint64_t due);
/* The earliest timer that is due at @now, which is then no longer set; NIC_TIMERS: none. */
unsigned int timers__expire(struct timers *timers, uint64_t now);

#endif
