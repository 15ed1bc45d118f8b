/* SPDX-License-Identifier: MIT */
/* The link, and the fields of its commands (ice_adminq_cmd.h). */
#ifndef ICE_LINK_H
#define ICE_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct ice;

#define LINK_TYPES (UINT64_C(1) << 51)	/* 100GBASE-CR4 */
#define LINK_SPEED_100G 0x0400
#define LINK_STATUS_BYTES 32u

#define LINK_EVENT_UP_DOWN 0x0002	/* of Set Event Mask */
#define PHY_LINK_ENABLE 0x08		/* of the abilities of Get and Set PHY */
#define PHY_NEGOTIATE 0x10
#define PHY_ABILITIES_MASK 0xef
#define RESTART_LINK_ENABLE 0x04	/* of Restart Auto-negotiation */

bool ice_link__is_up(struct ice *chip);
/* Looks whether the link changed, and owes the driver an event when it wants one. */
void ice_link__update(struct ice *chip);
/* The data of the Get Link Status answer, which are also those of the event. */
void ice_link__status(struct ice *chip, uint8_t status[LINK_STATUS_BYTES]);

#endif
