/* SPDX-License-Identifier: MIT */
/* What the descriptor says about a received packet. */
#ifndef IXGBE_RX_DESCRIPTOR_H
#define IXGBE_RX_DESCRIPTOR_H

#include "choice.h"
#include "descriptors.h"

struct ixgbe;
struct packet;

/* Fills @descriptor as the advanced form has it, but for length and the end of the packet. */
void ixgbe_rx__describe(struct ixgbe *chip, const struct packet *packet,
			const struct ixgbe_choice *choice, struct descriptor *descriptor);

#endif
