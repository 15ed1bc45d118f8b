/* SPDX-License-Identifier: MIT */
/* What is done to a packet on its way out: segmentation, checksums, a VLAN tag, padding. */
#ifndef IXGBE_OFFLOAD_H
#define IXGBE_OFFLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "descriptors.h"

struct ixgbe;

/* A packet as the driver handed it over, and what is to be done to it. */
struct ixgbe_order {
	size_t bytes;			/* in chip->packet */
	uint32_t command, options;	/* words 2 and 3 of its first descriptor */
	struct descriptor context;	/* for the extended form */
};

/* Return: how many frames the order becomes; 0: it is nonsense. */
uint32_t ixgbe_offload__frames(const struct ixgbe_order *order);
/* Makes frame @index of the order in chip->frame. Return: its bytes; 0: it is nonsense. */
size_t ixgbe_offload__make(struct ixgbe *chip, const struct ixgbe_order *order, uint32_t index);

#endif
