/* SPDX-License-Identifier: MIT */
/* A register as the guest accesses it. */
#ifndef ICE_ACCESS_H
#define ICE_ACCESS_H

#include <stdint.h>

struct ice;

uint32_t ice_access__read(struct ice *chip, uint32_t offset);
void ice_access__write(struct ice *chip, uint32_t offset, uint32_t value);

#endif
