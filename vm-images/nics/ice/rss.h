/* SPDX-License-Identifier: MIT */
/* Receive side scaling. */
#ifndef ICE_RSS_H
#define ICE_RSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ice;
struct ice_vsi;
struct packet;

struct ice_rss {
	bool hashed;
	uint32_t hash;
	unsigned int entry;		/* of the VSI's table */
};

struct ice_rss ice_rss__look_up(const struct ice *chip, const struct ice_vsi *vsi,
				const struct packet *packet, const uint8_t *frame, size_t bytes);

#endif
