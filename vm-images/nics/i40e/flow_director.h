/* SPDX-License-Identifier: MIT */
/* The flow director (datasheet section 7.1, "Receive classification"). */
#ifndef I40E_FLOW_DIRECTOR_H
#define I40E_FLOW_DIRECTOR_H

#include <stddef.h>
#include <stdint.h>

struct i40e;

/*
 * A filter programming descriptor (section 8.4), met on TX ring @queue before the packet that
 * shows the flow as it is sent.
 */
void i40e_flow_director__program(struct i40e *chip, unsigned int queue,
				 const uint8_t descriptor[16], const uint8_t *frame, size_t bytes);

#endif
