/* SPDX-License-Identifier: MIT */
/* Statistics of the port and of its VSI, which the guest reads. */
#ifndef I40E_STATISTICS_H
#define I40E_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

struct i40e;

void i40e_statistics__count_rx(struct i40e *chip, const uint8_t *frame, size_t bytes);
void i40e_statistics__count_tx(struct i40e *chip, const uint8_t *frame, size_t bytes);
/* A register of 32 bits, one more. */
void i40e_statistics__count(struct i40e *chip, uint32_t offset);

#endif
