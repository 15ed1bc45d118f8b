// SPDX-License-Identifier: MIT
#include "core/nic.h"
#include "link.h"

#define EVENTS_MASK 3u			/* of the command Get Link Status */
#define EVENTS_DISABLE 2u
#define EVENTS_ENABLE 3u
#define EVENT_UP_DOWN 0x0002		/* of Set Event Mask */

bool intel_link__is_up(const struct intel_link *link, struct nic *nic)
{
	return link->loopback || (link->enabled && link->types && nic__link(nic));
}

void intel_link__update(struct intel_link *link, struct nic *nic)
{
	bool up = intel_link__is_up(link, nic);

	if (up == link->up)
		return;
	link->up = up;
	if (link->events && !(link->event_mask & EVENT_UP_DOWN))
		link->event_due = true;
	/* An event is sent; what waits on the wire or in a ring is dropped, or can go on. */
	nic__room(nic);
	nic__schedule(nic);
}

void intel_link__ask(struct intel_link *link, struct nic *nic, uint8_t command)
{
	unsigned int events = command & EVENTS_MASK;

	if (events == EVENTS_ENABLE || events == EVENTS_DISABLE)
		link->events = events == EVENTS_ENABLE;
	/* What the driver learns here needs no event. */
	link->up = intel_link__is_up(link, nic);
	link->event_due = false;
}
