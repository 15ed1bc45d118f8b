/* SPDX-License-Identifier: MIT */
/*
 * Fields of what driver and firmware exchange, as include/linux/mlx5/mlx5_ifc.h counts: by bits,
 * from the highest of the first byte on. A field is named by a macro with its place and width:
 *
 *	#define LOG_CQ_SIZE 0xe3, 5
 *	field__get(command->in, LOG_CQ_SIZE)
 */
#ifndef MLX5_FIELDS_H
#define MLX5_FIELDS_H

#include "frame/bytes.h"

static inline uint64_t be64(const uint8_t *at)
{
	return (uint64_t)be32(at) << 32 | be32(at + 4);
}

static inline void put_be64(uint8_t *at, uint64_t value)
{
	put_be32(at, value >> 32);
	put_be32(at + 4, value);
}

/* At most 57 bits, or 64 at a whole byte. */
static inline uint64_t field__get(const uint8_t *base, unsigned int bit, unsigned int width)
{
	unsigned int last = (bit + width - 1) / 8, i;
	uint64_t value = 0;

	for (i = bit / 8; i <= last; i++)
		value = value << 8 | base[i];
	value >>= 8 * (last + 1) - (bit + width);
	return width < 64 ? value & ((UINT64_C(1) << width) - 1) : value;
}

static inline void field__set(uint8_t *base, unsigned int bit, unsigned int width, uint64_t value)
{
	for (bit += width; width; width--, value >>= 1) {
		uint8_t mask = 0x80 >> --bit % 8;

		base[bit / 8] = value & 1 ? base[bit / 8] | mask : base[bit / 8] & ~mask;
	}
}

#endif
