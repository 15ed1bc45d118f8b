// SPDX-License-Identifier: MIT
#include "admin_command.h"
#include "admin_ring.h"

bool admin_ring__load(const uint32_t *registers, const struct admin_ring_registers *offsets,
		      struct admin_ring *ring)
{
	uint32_t length = registers[offsets->length / 4];

	if (!(length & ADMIN_RING_ENABLE) || length & ADMIN_RING_CRITICAL)
		return false;
	ring->base = (uint64_t)registers[offsets->high / 4] << 32 | registers[offsets->low / 4];
	ring->length = length & ADMIN_RING_LENGTH_MASK;
	ring->head = registers[offsets->head / 4];
	ring->tail = registers[offsets->tail / 4];
	return ring->head < ring->length && ring->tail < ring->length && ring->head != ring->tail;
}

uint64_t admin_ring__at_head(const struct admin_ring *ring)
{
	return ring->base + (uint64_t)ring->head * ADMIN_DESCRIPTOR_BYTES;
}

void admin_ring__advance(uint32_t *registers, const struct admin_ring_registers *offsets,
			 const struct admin_ring *ring)
{
	registers[offsets->head / 4] = ring->head + 1 == ring->length ? 0 : ring->head + 1;
}

void admin_ring__fail(uint32_t *registers, const struct admin_ring_registers *offsets)
{
	registers[offsets->length / 4] |= ADMIN_RING_CRITICAL;
}
