/* SPDX-License-Identifier: MIT */
/* The flash and its shadow RAM. */
#ifndef ICE_NVM_H
#define ICE_NVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ice;

void ice_nvm__fill(struct ice *chip);
/* Copies bytes of the flash, or of the shadow RAM. Return: whether they are all there. */
bool ice_nvm__read(const struct ice *chip, bool flash, uint32_t offset, void *to, size_t bytes);

#endif
