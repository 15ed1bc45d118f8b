/* SPDX-License-Identifier: MIT */
/* Queues are enabled and disabled, and their tails move. */
#ifndef I40E_QUEUES_H
#define I40E_QUEUES_H

#include <stdint.h>

struct i40e;

void i40e_queue__enable_tx(struct i40e *chip, unsigned int queue, uint32_t value);
void i40e_queue__enable_rx(struct i40e *chip, unsigned int queue, uint32_t value);
void i40e_queue__tail_tx(struct i40e *chip, unsigned int queue, uint32_t value);
void i40e_queue__tail_rx(struct i40e *chip, unsigned int queue, uint32_t value);

#endif
