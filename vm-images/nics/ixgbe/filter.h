/* SPDX-License-Identifier: MIT */
/* Which frames the port takes: by address and VLAN; by length. */
#ifndef IXGBE_FILTER_H
#define IXGBE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

struct ixgbe;
struct packet;

void ixgbe_filter__reset(struct ixgbe *chip, const uint8_t mac[6]);
bool ixgbe_filter__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
bool ixgbe_filter__accepts(struct ixgbe *chip, const struct packet *packet);
bool ixgbe_filter__fits(struct ixgbe *chip, const struct packet *packet);

#endif
