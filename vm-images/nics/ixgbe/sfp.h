/* SPDX-License-Identifier: MIT */
/* The SFP+ module, behind an I2C bus. */
#ifndef IXGBE_SFP_H
#define IXGBE_SFP_H

#include <stdbool.h>
#include <stdint.h>

struct ixgbe;

void ixgbe_sfp__reset(struct ixgbe *chip);
bool ixgbe_sfp__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_sfp__write(struct ixgbe *chip, uint32_t offset, uint32_t value);

#endif
