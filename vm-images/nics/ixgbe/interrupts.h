/* SPDX-License-Identifier: MIT */
/* Interrupts and their throttling. */
#ifndef IXGBE_INTERRUPTS_H
#define IXGBE_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

struct ixgbe;

void ixgbe_interrupts__reset(struct ixgbe *chip);
bool ixgbe_interrupts__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_interrupts__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
void ixgbe_interrupts__raise_queue(struct ixgbe *chip, unsigned int queue, bool transmit);
/* @causes: as in EICR. */
void ixgbe_interrupts__raise_other(struct ixgbe *chip, uint32_t causes);
void ixgbe_interrupts__timer(struct ixgbe *chip, unsigned int vector);

#endif
