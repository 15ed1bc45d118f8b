/* SPDX-License-Identifier: MIT */
/* What a received frame is, found once: all offsets in it lie within the frame. */
#ifndef IXGBE_PACKET_H
#define IXGBE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum packet_l4 {
	PACKET_L4_NONE,		/* something else, a fragment, or cut short */
	PACKET_L4_TCP,
	PACKET_L4_UDP,
	PACKET_L4_SCTP,
};

enum packet_checksum {
	PACKET_CHECKSUM_NONE,	/* there is none, or it was not looked at */
	PACKET_CHECKSUM_RIGHT,
	PACKET_CHECKSUM_WRONG,
};

struct packet {
	const uint8_t *bytes;
	size_t length;
	bool vlan;
	uint16_t tci;			/* of the VLAN tag */
	uint16_t ethertype;		/* behind the tag */
	bool ipv4, ipv6;
	bool options;			/* IPv4 options or IPv6 extension headers */
	const uint8_t *source, *destination;	/* 4 or 16 bytes */
	enum packet_l4 l4;
	uint16_t source_port, destination_port;
	enum packet_checksum ip_checksum, l4_checksum;
};

/* @bytes is at least 14; @vlan_ethertype is what a VLAN tag is known by. */
void ixgbe_packet__parse(struct packet *packet, const uint8_t *frame, size_t bytes,
			 uint16_t vlan_ethertype);

#endif
