/* SPDX-License-Identifier: MIT */
/* Statistics of the port and of VSIs, which the guest reads. */
#ifndef ICE_STATISTICS_H
#define ICE_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

struct ice;

/* A frame came in on the port; each VSI that took it counts it too. */
void ice_statistics__count_rx(struct ice *chip, const uint8_t *frame, size_t bytes);
void ice_statistics__count_rx_vsi(struct ice *chip, unsigned int vsi, const uint8_t *frame,
				  size_t bytes);
/* A VSI's frame left. */
void ice_statistics__count_tx(struct ice *chip, unsigned int vsi, const uint8_t *frame,
			      size_t bytes);
/* A register of 32 bits, one more. */
void ice_statistics__count(struct ice *chip, uint32_t offset);

#endif
