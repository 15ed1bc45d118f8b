/* SPDX-License-Identifier: MIT */
/* The EEPROM, and the semaphores it is shared by. */
#ifndef IXGBE_EEPROM_H
#define IXGBE_EEPROM_H

#include <stdbool.h>
#include <stdint.h>

struct ixgbe;

void ixgbe_eeprom__reset(struct ixgbe *chip);
bool ixgbe_eeprom__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_eeprom__write(struct ixgbe *chip, uint32_t offset, uint32_t value);

#endif
