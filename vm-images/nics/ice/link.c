// SPDX-License-Identifier: MIT
/* What the driver is told about the link: a 100 Gb/s direct attach cable, always plugged in. */
#include <string.h>

#include "frame/bytes.h"
#include "ice.h"
#include "link.h"

/* Get Link Status: bytes 2, 3 and the fields behind (struct ice_aqc_get_link_status_data). */
#define STATUS_LINK 2
#define LINK_UP 0x01
#define LINK_UP_PORT 0x20
#define LINK_MEDIA 0x40
#define LINK_SIGNAL 0x80
#define STATUS_NEGOTIATION 3
#define NEGOTIATED 0x01
#define MODULE_QUALIFIED 0x80
#define STATUS_FRAME_MAX 6
#define STATUS_SPEED 10
#define STATUS_TYPES 16

void ice_link__status(struct ice *chip, uint8_t status[LINK_STATUS_BYTES])
{
	const struct intel_link *link = &chip->link;
	bool up = intel_link__is_up(link, chip->nic);

	memset(status, 0, LINK_STATUS_BYTES);
	status[STATUS_LINK] = LINK_MEDIA | (up ? LINK_UP | LINK_UP_PORT | LINK_SIGNAL : 0);
	status[STATUS_NEGOTIATION] = MODULE_QUALIFIED | (up ? NEGOTIATED : 0);
	put_le16(status + STATUS_FRAME_MAX, link->frame_max);
	if (!up)
		return;
	put_le16(status + STATUS_SPEED, LINK_SPEED_100G);
	put_le64(status + STATUS_TYPES, LINK_TYPES);
}
