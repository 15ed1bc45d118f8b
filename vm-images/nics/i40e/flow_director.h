/* SPDX-License-Identifier: MIT */
/* The flow director (datasheet section 7.1, "Receive classification"). */
#ifndef I40E_FLOW_DIRECTOR_H
#define I40E_FLOW_DIRECTOR_H

#include "i40e.h"
#include "packet.h"

/* The flow a received frame belongs to; NULL: none. Counts the match. */
const struct i40e_flow *i40e_flow__match(struct i40e *chip, const struct packet *packet,
					 const uint8_t *frame, size_t bytes);

/*
 * A filter programming descriptor (section 8.4), met on TX ring @queue before the packet that
 * shows the flow as it is sent.
 */
void i40e_flow__program(struct i40e *chip, unsigned int queue, const uint8_t descriptor[16],
			const uint8_t *frame, size_t bytes);

void i40e_flow__clear(struct i40e *chip);

#endif
