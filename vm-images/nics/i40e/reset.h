/* SPDX-License-Identifier: MIT */
/* Resets: of everything, or of the function. */
#ifndef I40E_RESET_H
#define I40E_RESET_H

#include <stdint.h>

struct i40e;

void i40e_reset__all(struct i40e *chip);
void i40e_reset__function(struct i40e *chip);
/* A core or global reset: told to the driver now, done in a moment. */
void i40e_reset__announce(struct i40e *chip, uint32_t trigger);
void i40e_reset__finish(struct i40e *chip);

#endif
