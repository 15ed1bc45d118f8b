// SPDX-License-Identifier: MIT
/* The Internet checksum (RFC 1071), and SCTP's CRC32c (RFC 9260, appendix A). */
#include "i40e/packet.h"
#include "bytes.h"

/* Up to 64 KiB of words cannot overflow 32 bits; longer sums are folded on the way. */
uint32_t i40e_checksum__add(uint32_t sum, const uint8_t *data, size_t bytes)
{
	size_t i;

	for (i = 0; i + 1 < bytes; i += 2) {
		sum += be16(data + i);
		if (sum >> 31)
			sum = (sum >> 16) + (sum & 0xFFFF);
	}
	if (bytes & 1)
		sum += data[bytes - 1] << 8;
	return sum;
}

uint16_t i40e_checksum__fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xFFFF);
	return ~sum;
}

static uint32_t crc32c__add(uint32_t crc, uint8_t byte)
{
	unsigned int bit;

	crc ^= byte;
	for (bit = 0; bit < 8; bit++)
		crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
	return crc;
}

/* Of a packet, its checksum field (bytes 8 to 11) taken as zero. */
uint32_t i40e_checksum__sctp(const uint8_t *packet, size_t bytes)
{
	uint32_t crc = 0xFFFFFFFF;
	size_t i;

	for (i = 0; i < bytes; i++)
		crc = crc32c__add(crc, i >= 8 && i < 12 ? 0 : packet[i]);
	return ~crc;
}
