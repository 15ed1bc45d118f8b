/* SPDX-License-Identifier: MIT */
/* Frames for tests of models, to the address of the fake guest's port. */
#ifndef TEST_FRAMES_H
#define TEST_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "frame/bytes.h"

/* What filters and RSS see: IPv4, UDP or TCP; checksums are the caller's. */
static inline size_t frame__make_ipv4(uint8_t *frame, uint8_t protocol, const uint8_t addresses[8],
				      uint16_t source, uint16_t destination, size_t bytes)
{
	static const uint8_t header[34] = {
		0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x99, 0x08, 0x00,
		0x45, 0, 0, 0, 0x12, 0x34, 0x40, 0, 64,
	};

	memset(frame, 0, bytes);
	memcpy(frame, header, sizeof(header));
	put_be16(frame + 16, bytes - 14);
	frame[23] = protocol;
	memcpy(frame + 26, addresses, 8);
	put_be16(frame + 34, source);
	put_be16(frame + 36, destination);
	if (protocol == 6)
		frame[46] = 0x50;
	if (protocol == 17)
		put_be16(frame + 38, bytes - 34);
	return bytes;
}

/* A frame of any kind, with bytes that tell one from another. */
static inline size_t frame__make(uint8_t *frame, size_t bytes, uint8_t seed)
{
	static const uint8_t header[14] = {
		0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x99, 0x88, 0xb5,
	};

	for (size_t i = 0; i < bytes; i++)
		frame[i] = (uint8_t)(seed + i * 7 + (i >> 8));
	memcpy(frame, header, sizeof(header));
	return bytes;
}

#endif
