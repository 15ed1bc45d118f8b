/* SPDX-License-Identifier: MIT */
/* A register as the guest, or firmware for the guest, accesses it. */
#ifndef I40E_ACCESS_H
#define I40E_ACCESS_H

#include <stdint.h>

struct i40e;

uint32_t i40e_access__read(struct i40e *chip, uint32_t offset);
void i40e_access__write(struct i40e *chip, uint32_t offset, uint32_t value);

#endif
