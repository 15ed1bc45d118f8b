// SPDX-License-Identifier: MIT
/*
 * The link (datasheet section 3.2, "Ethernet ports"): up when the wire has one and the
 * driver lets the PHY run. A 40 Gb/s direct attach cable, always plugged in.
 */
#include <string.h>

#include "frame/bytes.h"
#include "i40e.h"
#include "link.h"

bool i40e_link__is_up(struct i40e *chip)
{
	const struct i40e_link *link = &chip->link;

	return link->enabled && link->types && nic__link(chip->nic);
}

void i40e_link__update(struct i40e *chip)
{
	struct i40e_link *link = &chip->link;
	bool up = i40e_link__is_up(chip);

	if (up == link->up)
		return;
	link->up = up;
	if (link->events && !(link->event_mask & LINK_EVENT_UP_DOWN)) {
		link->event_due = true;
		nic__schedule(chip->nic);
	}
	/* What waits on the wire or in a ring is dropped, or can go on. */
	nic__room(chip->nic);
	nic__schedule(chip->nic);
}

void i40e_link__status(struct i40e *chip, uint8_t status[16])
{
	const struct i40e_link *link = &chip->link;
	bool up = i40e_link__is_up(chip);

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
