/* SPDX-License-Identifier: MIT */
/* Receive side scaling (datasheet section 7.1, "Receive classification"). */
#ifndef I40E_RSS_H
#define I40E_RSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct i40e;
struct packet;

struct i40e_rss {
	bool hashed;			/* the hash is enabled for the packet's type */
	uint32_t hash;
	unsigned int queue;		/* of the VSI, from the table */
};

struct i40e_rss i40e_rss__look_up(const struct i40e *chip, const struct packet *packet,
				  const uint8_t *frame, size_t bytes);

#endif
