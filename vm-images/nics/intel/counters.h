/* SPDX-License-Identifier: MIT */
/* What the users of the model see; unlike the statistics these are never cleared. */
#ifndef INTEL_COUNTERS_H
#define INTEL_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"

struct rx_ring;
struct tx_ring;

#define INTEL_QUEUES 128u		/* of each direction */

struct intel_counters {
	uint64_t tx_frames, tx_bytes, tx_dropped;
	uint64_t rx_frames, rx_bytes, rx_missed, rx_filtered, rx_dropped;
	uint64_t interrupts, admin_commands, admin_refused, admin_events;
	uint64_t bad_addresses, bad_contexts, resets;
};

/* Fills at most @room counters. Return: how many there are. */
size_t intel_counters__list(const struct intel_counters *own, struct nic_counter *counters,
			    size_t room);
/*
 * Adds the frames of all queues to the @count that are there, unless there is no @room.
 * Return: how many there are.
 */
size_t intel_counters__add_queues(const struct tx_ring *tx, const struct rx_ring *rx,
				  struct nic_counter *counters, size_t count, size_t room);

#endif
