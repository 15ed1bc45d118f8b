/* SPDX-License-Identifier: MIT */
/* Interrupts and their throttling. */
#ifndef ICE_INTERRUPTS_H
#define ICE_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

struct ice;

void ice_interrupts__queue(struct ice *chip, bool transmit, unsigned int queue);
/* The admin queue has an answer or an event. */
void ice_interrupts__admin_queue(struct ice *chip);
/* @causes: as in PFINT_OICR; those that were there before are looked at again. */
void ice_interrupts__cause(struct ice *chip, uint32_t causes);
/* GLINT_DYN_CTL. */
void ice_interrupts__control(struct ice *chip, unsigned int vector, uint32_t value);
/* PFINT_OICR is cleared by reading it. */
uint32_t ice_interrupts__take_causes(struct ice *chip);
void ice_interrupts__timer(struct ice *chip, unsigned int vector);

#endif
