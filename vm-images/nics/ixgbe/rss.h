/* SPDX-License-Identifier: MIT */
/* Receive side scaling. */
#ifndef IXGBE_RSS_H
#define IXGBE_RSS_H

#include "choice.h"

struct ixgbe;
struct packet;

void ixgbe_rss__choose(struct ixgbe *chip, const struct packet *packet,
		       struct ixgbe_choice *choice);

#endif
