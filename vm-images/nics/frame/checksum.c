// SPDX-License-Identifier: MIT
#include "bytes.h"
#include "checksum.h"

/* Their polynomials, the highest power's bit lowest. */
#define CRC32_ETHERNET	0xedb88320u
#define CRC32_SCTP	0x82f63b78u

uint32_t checksum__add(uint32_t sum, const uint8_t *data, size_t bytes)
{
	size_t i;

	for (i = 0; i + 1 < bytes; i += 2) {
		sum += be16(data + i);
		if (sum >> 31)
			sum = (sum >> 16) + (sum & 0xffff);
	}
	if (bytes & 1)
		sum += data[bytes - 1] << 8;
	return sum;
}

uint16_t checksum__fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return ~sum;
}

static uint32_t crc32__add(uint32_t crc, uint8_t byte, uint32_t polynomial)
{
	unsigned int bit;

	crc ^= byte;
	for (bit = 0; bit < 8; bit++)
		crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
	return crc;
}

uint32_t checksum__sctp(const uint8_t *packet, size_t bytes)
{
	uint32_t crc = UINT32_MAX;
	size_t i;

	for (i = 0; i < bytes; i++)
		crc = crc32__add(crc, i >= 8 && i < 12 ? 0 : packet[i], CRC32_SCTP);
	return ~crc;
}

uint32_t checksum__ethernet(const uint8_t *frame, size_t bytes)
{
	uint32_t crc = UINT32_MAX;
	size_t i;

	for (i = 0; i < bytes; i++)
		crc = crc32__add(crc, frame[i], CRC32_ETHERNET);
	return ~crc;
}
