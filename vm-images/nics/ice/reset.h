/* SPDX-License-Identifier: MIT */
/* Resets: of everything, or of the function. */
#ifndef ICE_RESET_H
#define ICE_RESET_H

#include <stdint.h>

struct ice;

void ice_reset__all(struct ice *chip);
void ice_reset__function(struct ice *chip);
/* What commands set up for the function: VSIs, rules, scheduler, queues. */
void ice_reset__configuration(struct ice *chip);
/* A core or global reset: told to the driver now, done in a moment. */
void ice_reset__announce(struct ice *chip, uint32_t trigger);
void ice_reset__finish(struct ice *chip);

#endif
