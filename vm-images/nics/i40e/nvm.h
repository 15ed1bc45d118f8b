/* SPDX-License-Identifier: MIT */
/* The NVM's shadow RAM. */
#ifndef I40E_NVM_H
#define I40E_NVM_H

#include <stdint.h>

struct i40e;

void i40e_nvm__fill(struct i40e *chip);
/* GLNVM_SRCTL. */
void i40e_nvm__control(struct i40e *chip, uint32_t value);

#endif
