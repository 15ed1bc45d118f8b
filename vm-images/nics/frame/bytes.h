/* SPDX-License-Identifier: MIT */
/*
 * Fields of descriptors, commands and frames, by byte: little-endian for what the guest's driver
 * writes, big-endian for what is on the wire.
 */
#ifndef FRAME_BYTES_H
#define FRAME_BYTES_H

#include <stdint.h>

static inline uint16_t le16(const uint8_t *at)
{
	return at[0] | at[1] << 8;
}

static inline uint32_t le32(const uint8_t *at)
{
	return le16(at) | (uint32_t)le16(at + 2) << 16;
}

static inline uint64_t le64(const uint8_t *at)
{
	return le32(at) | (uint64_t)le32(at + 4) << 32;
}

static inline void put_le16(uint8_t *at, uint16_t value)
{
	at[0] = value;
	at[1] = value >> 8;
}

static inline void put_le32(uint8_t *at, uint32_t value)
{
	put_le16(at, value);
	put_le16(at + 2, value >> 16);
}

static inline void put_le64(uint8_t *at, uint64_t value)
{
	put_le32(at, value);
	put_le32(at + 4, value >> 32);
}

static inline uint16_t be16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static inline uint32_t be32(const uint8_t *at)
{
	return (uint32_t)be16(at) << 16 | be16(at + 2);
}

static inline void put_be16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void put_be32(uint8_t *at, uint32_t value)
{
	put_be16(at, value >> 16);
	put_be16(at + 2, value);
}

/* @width bits of @value, from bit @low. */
static inline uint64_t bits(uint64_t value, unsigned int low, unsigned int width)
{
	return value >> low & ((UINT64_C(1) << width) - 1);
}

#endif
