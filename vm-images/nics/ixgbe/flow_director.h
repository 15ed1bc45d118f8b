/* SPDX-License-Identifier: MIT */
/* Flow Director: the flows the driver named, and their queues. */
#ifndef IXGBE_FLOW_DIRECTOR_H
#define IXGBE_FLOW_DIRECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "choice.h"

struct ixgbe;
struct packet;

void ixgbe_flow_director__reset(struct ixgbe *chip);
bool ixgbe_flow_director__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_flow_director__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
void ixgbe_flow_director__choose(struct ixgbe *chip, const struct packet *packet,
				 struct ixgbe_choice *choice);

#endif
