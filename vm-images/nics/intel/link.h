/* SPDX-License-Identifier: MIT */
/*
 * The link of the XL710 and the E810 (XL710 datasheet, section 3.2, "Ethernet ports"): up when the
 * wire has one and the driver lets the PHY run, or when frames only go around.
 */
#ifndef INTEL_LINK_H
#define INTEL_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct nic;

#define PHY_LINK_ENABLE 0x08		/* of the abilities of Get and Set PHY */
#define PHY_NEGOTIATE 0x10
#define RESTART_LINK_ENABLE 0x04	/* of Restart Auto-negotiation */

struct intel_link {
	bool enabled;			/* the driver lets the PHY run */
	bool events;			/* the next change is to be reported */
	bool event_due;
	bool loopback;			/* frames that are sent are received; no XL710 does so */
	bool up;			/* as last seen */
	uint16_t event_mask;		/* set: not reported */
	uint16_t frame_max;
	uint64_t types;			/* PHY types, a bit each */
	uint8_t abilities;
	uint8_t speed;			/* what the driver of an XL710 allows */
	uint8_t fec;			/* and that of an E810 */
};

bool intel_link__is_up(const struct intel_link *link, struct nic *nic);
/* Looks whether the link changed, and owes the driver an event when it wants one. */
void intel_link__update(struct intel_link *link, struct nic *nic);
/* The driver asks for the state, and with @command whether it wants events. */
void intel_link__ask(struct intel_link *link, struct nic *nic, uint8_t command);

#endif
