/* SPDX-License-Identifier: MIT */
/* A register as the guest accesses it, by its offset: a multiple of 4, in the BAR. */
#ifndef IXGBE_ACCESS_H
#define IXGBE_ACCESS_H

#include <stdint.h>

struct ixgbe;

uint32_t ixgbe_access__read(struct ixgbe *chip, uint32_t offset);
void ixgbe_access__write(struct ixgbe *chip, uint32_t offset, uint32_t value);

#endif
