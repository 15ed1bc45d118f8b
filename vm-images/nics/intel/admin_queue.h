/* SPDX-License-Identifier: MIT */
/*
 * The admin queue of the XL710 and the E810 (XL710 datasheet, section 7.10, "Admin queue"):
 * commands from the driver to firmware, and events from firmware to the driver.
 */
#ifndef INTEL_ADMIN_QUEUE_H
#define INTEL_ADMIN_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "admin_command.h"
#include "admin_ring.h"

struct intel_counters;
struct intel_link;
struct nic;

/* The status of the link, in the parameters of an event or in the data behind it. */
struct admin_event {
	uint8_t parameters[16];
	uint8_t data[32];
	uint16_t bytes;			/* of data; 0: there are none */
};

/* What a card does in its own way. */
struct admin_card {
	struct admin_ring_registers send, receive;
	enum admin_result (*handle)(struct nic *nic, struct admin_command *command);
	void (*link_status)(struct nic *nic, struct admin_event *event);
	void (*interrupt)(struct nic *nic);
};

struct admin_queue {
	const struct admin_card *card;
	struct nic *nic;
	uint32_t *registers;		/* all, by offset / 4 */
	struct intel_link *link;
	struct intel_counters *counters;
};

/* Handles a bounded number of commands and the events due. Return: whether there are more. */
bool admin_queue__work(const struct admin_queue *queue);

#endif
