/* SPDX-License-Identifier: MIT */
/* The link, and the fields of its commands (ice_adminq_cmd.h). */
#ifndef ICE_LINK_H
#define ICE_LINK_H

#include <stdint.h>

struct ice;

#define LINK_TYPES (UINT64_C(1) << 51)	/* 100GBASE-CR4 */
#define LINK_SPEED_100G 0x0400
#define LINK_STATUS_BYTES 32u

#define PHY_ABILITIES_MASK 0xef		/* of Set PHY */

/* The data of the Get Link Status answer, which are also those of the event. */
void ice_link__status(struct ice *chip, uint8_t status[LINK_STATUS_BYTES]);

#endif
