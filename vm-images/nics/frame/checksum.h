/* SPDX-License-Identifier: MIT */
/* The checksums that a card computes and checks. */
#ifndef FRAME_CHECKSUM_H
#define FRAME_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * The Internet checksum (RFC 1071): sums of 16-bit words, big-endian, not folded. Sums of parts may
 * be added when all but the last have an even length.
 */
uint32_t checksum__add(uint32_t sum, const uint8_t *data, size_t bytes);
/* Return: what goes into the header; 0 for a header that has its checksum, and is right. */
uint16_t checksum__fold(uint32_t sum);

/* SCTP's CRC32c (RFC 9260, appendix A) of a packet, its checksum field (bytes 8 to 11) as zero. */
uint32_t checksum__sctp(const uint8_t *packet, size_t bytes);
/* The frame check sequence of Ethernet. Like SCTP's it is sent with its lowest byte first. */
uint32_t checksum__ethernet(const uint8_t *frame, size_t bytes);

#endif
