/* SPDX-License-Identifier: MIT */
/* Which queue a packet goes to. */
#ifndef IXGBE_STEERING_H
#define IXGBE_STEERING_H

#include "choice.h"

struct ixgbe;
struct packet;

void ixgbe_steering__choose(struct ixgbe *chip, const struct packet *packet,
			    struct ixgbe_choice *choice);

#endif
