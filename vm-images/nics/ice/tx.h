/* SPDX-License-Identifier: MIT */
/* Transmit rings. */
#ifndef ICE_TX_H
#define ICE_TX_H

#include <stdbool.h>

struct ice;

/* One bounded pass over all rings. Return: whether there is more to send. */
bool ice_tx__work(struct ice *chip);

#endif
