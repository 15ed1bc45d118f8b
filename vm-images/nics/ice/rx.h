/* SPDX-License-Identifier: MIT */
/* Received frames. */
#ifndef ICE_RX_H
#define ICE_RX_H

#include <stdbool.h>
#include <stddef.h>

struct ice;

/* As nic_model.receive and nic_model.missed. */
bool ice_rx__receive(struct ice *chip, const void *frame, size_t bytes);
void ice_rx__miss(struct ice *chip);

#endif
