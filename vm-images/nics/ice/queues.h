/* SPDX-License-Identifier: MIT */
/* Queues are enabled and disabled, and their tails move. */
#ifndef ICE_QUEUES_H
#define ICE_QUEUES_H

#include <stdbool.h>
#include <stdint.h>

struct ice;

#define TX_CONTEXT_BYTES 22u

/* Reads the context of a command. Return: whether the queue is in service now. */
bool ice_queue__enable_tx(struct ice *chip, unsigned int queue,
			  const uint8_t context[TX_CONTEXT_BYTES]);
void ice_queue__disable_tx(struct ice *chip, unsigned int queue);
/* QRX_CTRL. */
void ice_queue__enable_rx(struct ice *chip, unsigned int queue, uint32_t value);
void ice_queue__tail_tx(struct ice *chip, unsigned int queue, uint32_t value);
void ice_queue__tail_rx(struct ice *chip, unsigned int queue, uint32_t value);

#endif
