/* SPDX-License-Identifier: MIT */
/* The link, and the fields of its commands (datasheet section 3.2, "Ethernet ports"). */
#ifndef I40E_LINK_H
#define I40E_LINK_H

#include <stdint.h>

struct i40e;

#define LINK_TYPE 0x18			/* 40GBASE-CR4 */
#define LINK_TYPES (1u << LINK_TYPE)
#define LINK_SPEED_40G 0x10

/* Get Link Status: byte 0, then link_info, an_info and config. */
#define LINK_REPORTING 0x01
#define LINK_UP 0x01
#define LINK_MEDIA 0x40
#define LINK_NEGOTIATED 0x01
#define LINK_QUALIFIED 0x80
#define LINK_CRC 0x04

#define PHY_ABILITIES_MASK 0x1f		/* of Set PHY */

/* The 16 bytes of the Get Link Status answer, which are also those of the event. */
void i40e_link__status(struct i40e *chip, uint8_t status[16]);

#endif
