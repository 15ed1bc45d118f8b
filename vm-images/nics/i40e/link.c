// SPDX-License-Identifier: MIT
/*
 * What the driver is told about the link (datasheet section 3.2, "Ethernet ports"): a 40 Gb/s
 * direct attach cable, always plugged in.
 */
#include <string.h>

#include "frame/bytes.h"
#include "i40e.h"
#include "link.h"

void i40e_link__status(struct i40e *chip, uint8_t status[16])
{
	const struct intel_link *link = &chip->link;
	bool up = intel_link__is_up(link, chip->nic);

	memset(status, 0, 16);
	status[0] = link->events ? LINK_REPORTING : 0;
	status[2] = LINK_TYPE;
	status[3] = up ? LINK_SPEED_40G : 0;
	status[4] = LINK_MEDIA | (up ? LINK_UP : 0);
	status[5] = LINK_QUALIFIED | (up ? LINK_NEGOTIATED : 0);
	put_le16(status + 8, link->frame_max);
	status[10] = LINK_CRC;
	put_le32(status + 11, LINK_TYPES);
}
