/* SPDX-License-Identifier: MIT */
/* Receive: filters, the choice of a queue, and that queue's ring. */
#ifndef IXGBE_RX_H
#define IXGBE_RX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ixgbe;

bool ixgbe_rx__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
/* Return: whether the frame was taken; false: there is no room. */
bool ixgbe_rx__receive(struct ixgbe *chip, const void *frame, size_t bytes);

#endif
