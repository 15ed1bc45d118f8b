/* SPDX-License-Identifier: MIT */
/* Resets. */
#ifndef IXGBE_RESET_H
#define IXGBE_RESET_H

struct ixgbe;

/* As after power-on. */
void ixgbe_reset__all(struct ixgbe *chip);
/* CTRL.RST and LRST: done when the write returns. */
void ixgbe_reset__software(struct ixgbe *chip);

#endif
