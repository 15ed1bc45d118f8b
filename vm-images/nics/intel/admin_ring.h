/* SPDX-License-Identifier: MIT */
/*
 * The two rings of an admin queue of the XL710 and the E810 (XL710 datasheet, section 7.10, "Admin
 * queue").
 *
 *     ATQ: the driver writes descriptors up to the tail; firmware answers in place, moves the head
 *     ARQ: the driver leaves empty buffers up to the tail; firmware fills them and moves the head
 *
 * Lengths, indices and addresses come from registers that the guest writes at any time: they are
 * read once and checked before use.
 */
#ifndef INTEL_ADMIN_RING_H
#define INTEL_ADMIN_RING_H

#include <stdbool.h>
#include <stdint.h>

#define ADMIN_RING_LENGTH_MASK	0x3ffu
#define ADMIN_RING_CRITICAL	0x40000000u
#define ADMIN_RING_ENABLE	0x80000000u

/* Offsets of the registers of one of the rings. */
struct admin_ring_registers {
	uint32_t low, high, length, head, tail;
};

/* A ring as its registers say now. */
struct admin_ring {
	uint64_t base;
	uint32_t length, head, tail;
};

/*
 * Of all registers by offset / 4. Return: whether the ring is enabled, with something at its head.
 */
bool admin_ring__load(const uint32_t *registers, const struct admin_ring_registers *offsets,
		      struct admin_ring *ring);
/* Where the descriptor at the head is in guest memory. */
uint64_t admin_ring__at_head(const struct admin_ring *ring);
void admin_ring__advance(uint32_t *registers, const struct admin_ring_registers *offsets,
			 const struct admin_ring *ring);
/* It is not in guest memory, and stops. */
void admin_ring__fail(uint32_t *registers, const struct admin_ring_registers *offsets);

#endif
