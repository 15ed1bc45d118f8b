/* SPDX-License-Identifier: MIT */
/* Transmit: the rings, one packet at a time from each in turn. */
#ifndef IXGBE_TX_H
#define IXGBE_TX_H

#include <stdbool.h>
#include <stdint.h>

struct ixgbe;

bool ixgbe_tx__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
/* One bounded pass. Return: whether there is more to send. */
bool ixgbe_tx__work(struct ixgbe *chip);

#endif
