/* SPDX-License-Identifier: MIT */
/* The MAC and its link. */
#ifndef IXGBE_LINK_H
#define IXGBE_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct ixgbe;

void ixgbe_link__reset(struct ixgbe *chip);
bool ixgbe_link__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_link__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
/* The link of the wire went up or down. */
void ixgbe_link__change(struct ixgbe *chip);
/* Whether what is sent is received, and nothing else. */
bool ixgbe_link__loops_back(struct ixgbe *chip);

#endif
