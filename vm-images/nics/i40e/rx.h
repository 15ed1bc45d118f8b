/* SPDX-License-Identifier: MIT */
/* Received frames, and the rings they go to. */
#ifndef I40E_RX_H
#define I40E_RX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct i40e;

/* Return: whether the frame was taken; false: there is no room. */
bool i40e_rx__receive(struct i40e *chip, const void *frame, size_t bytes);
/* Writes that a flow could not be programmed to the RX queue of the same number. */
void i40e_rx__flow_status(struct i40e *chip, unsigned int queue, uint32_t id, unsigned int error);

#endif
