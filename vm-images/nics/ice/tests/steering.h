/* SPDX-License-Identifier: MIT */
/* A queue of an E810 with room, and frames that arrive there or not. */
#ifndef ICE_STEERING_H
#define ICE_STEERING_H

#include "driver.h"

static uint8_t frame[2048];

/* Whether a frame to @address is received. */
static inline bool arrives(struct driver *driver, const uint8_t *address, uint16_t vlan)
{
	uint64_t before = guest__counter(driver->guest, "rx_frames");

	frame__make(frame, 64, 0);
	memcpy(frame, address, 6);
	if (vlan)
		put_be32(frame + 12, 0x81000000 | vlan);
	guest__inject(driver->guest, frame, 64);
	return guest__counter(driver->guest, "rx_frames") > before;
}

static inline struct ring start(struct driver *driver)
{
	struct ring ring;

	*driver = driver__start();
	ring = rx__create(driver, 0, 64, 2048);
	rx__fill(&ring, 63);
	return ring;
}

#endif
