/* SPDX-License-Identifier: MIT */
/* What models tell of each of their queues: "tx_queue_7" 17. */
#ifndef QUEUE_COUNTERS_H
#define QUEUE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nic.h"

#define QUEUE_COUNTERS_MAX 128u

/*
 * Adds a counter to the @count that are there, unless the queue had no frames or there is no @room.
 * @queue < QUEUE_COUNTERS_MAX. Return: how many there are.
 */
size_t queue_counters__add(struct nic_counter *counters, size_t count, size_t room, bool receive,
			   unsigned int queue, uint64_t frames);

#endif
