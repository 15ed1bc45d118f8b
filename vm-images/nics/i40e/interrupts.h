/* SPDX-License-Identifier: MIT */
/* Interrupts and their throttling. */
#ifndef I40E_INTERRUPTS_H
#define I40E_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

struct i40e;

void i40e_interrupts__queue(struct i40e *chip, bool transmit, unsigned int queue);
/* @causes: as in ICR0. */
void i40e_interrupts__cause(struct i40e *chip, uint32_t causes);
/* PFINT_DYN_CTL0 and PFINT_DYN_CTLN. */
void i40e_interrupts__control(struct i40e *chip, unsigned int vector, uint32_t value);
uint32_t i40e_interrupts__take_causes(struct i40e *chip);
void i40e_interrupts__enable_causes(struct i40e *chip, uint32_t value);
void i40e_interrupts__timer(struct i40e *chip, unsigned int vector);

#endif
