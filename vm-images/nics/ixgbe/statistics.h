/* SPDX-License-Identifier: MIT */
/* The chip's statistics, which the guest reads, and clears by that. */
#ifndef IXGBE_STATISTICS_H
#define IXGBE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ixgbe;
struct packet;

bool ixgbe_statistics__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_statistics__write(uint32_t offset);
void ixgbe_statistics__add(struct ixgbe *chip, uint32_t offset, uint32_t amount);

/* A frame came from the wire, whether it is for us or not; it passed the filters. */
void ixgbe_statistics__arrived(struct ixgbe *chip, size_t bytes);
void ixgbe_statistics__received(struct ixgbe *chip, const struct packet *packet);
/* It is in the memory of the queue, or not. */
void ixgbe_statistics__received_on(struct ixgbe *chip, unsigned int queue, size_t bytes);
void ixgbe_statistics__dropped_on(struct ixgbe *chip, unsigned int queue);
void ixgbe_statistics__sent(struct ixgbe *chip, unsigned int queue, const uint8_t *frame,
			    size_t bytes);

#endif
