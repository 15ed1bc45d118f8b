/* SPDX-License-Identifier: MIT */
/* Numbers in the byte order of the network, and the Internet checksum. */
#ifndef IXGBE_BYTES_H
#define IXGBE_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline uint16_t be16__get(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline void be16__put(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline uint32_t be32__get(const uint8_t *at)
{
	return (uint32_t)be16__get(at) << 16 | be16__get(at + 2);
}

static inline void be32__put(uint8_t *at, uint32_t value)
{
	be16__put(at, (uint16_t)(value >> 16));
	be16__put(at + 2, (uint16_t)value);
}

/* As the chip holds addresses in registers: the first byte lowest. */
static inline uint32_t le32__get(const uint8_t *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* RFC 1071, not folded: sums of parts may be added when all but the last have an even length. */
static inline uint32_t checksum__add(uint32_t sum, const uint8_t *at, size_t bytes)
{
	uint64_t wide = sum;

	for (; bytes >= 2; bytes -= 2, at += 2)
		wide += be16__get(at);
	if (bytes)
		wide += (uint32_t)at[0] << 8;
	while (wide >> 32)
		wide = (wide & UINT32_MAX) + (wide >> 32);
	return (uint32_t)wide;
}

static inline uint16_t checksum__fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

#endif
