/* SPDX-License-Identifier: MIT */
/*
 * The headers of Ethernet, IP and what is on it: lengths, offsets of fields, numbers. Which of them
 * a frame has is for each model to say, as its card classifies packets.
 */
#ifndef FRAME_HEADERS_H
#define FRAME_HEADERS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Ethernet: two addresses of 6 bytes, then the ethertype, or a VLAN tag and the ethertype. */
#define ETHERNET_BYTES		14u
#define ETHERTYPE_AT		12u
#define ETHERTYPE_IPV4		0x0800
#define ETHERTYPE_ARP		0x0806
#define ETHERTYPE_VLAN		0x8100
#define ETHERTYPE_IPV6		0x86dd
#define FRAME_MIN		60u	/* without its checksum */
#define FRAME_CRC_BYTES		4u
#define VLAN_BYTES		4u
#define VLAN_ID			0x0fffu

#define IPV4_BYTES		20u	/* without options */
#define IPV4_CHECKSUM		10u
#define IPV4_FRAGMENT		0x3fff	/* more fragments, or not the first */
#define IPV6_BYTES		40u

#define PROTOCOL_HOP_BY_HOP	0
#define PROTOCOL_ICMP		1
#define PROTOCOL_TCP		6
#define PROTOCOL_UDP		17
#define PROTOCOL_ROUTING	43
#define PROTOCOL_FRAGMENT	44
#define PROTOCOL_ICMPV6		58
#define PROTOCOL_DESTINATION	60
#define PROTOCOL_SCTP		132

#define TCP_BYTES		20u	/* without options */
#define TCP_FLAGS_AT		12u	/* with the header's length, in the upper four bits */
#define TCP_FLAGS		0x0fffu
#define TCP_CHECKSUM		16u
#define UDP_BYTES		8u
#define UDP_CHECKSUM		6u
#define SCTP_BYTES		12u
#define SCTP_CHECKSUM		8u

/* Of an address, or of a frame's destination, with which it begins. */
static inline bool ethernet__is_multicast(const uint8_t *address)
{
	return address[0] & 1;
}

static inline bool ethernet__is_broadcast(const uint8_t *address)
{
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return !memcmp(address, broadcast, sizeof(broadcast));
}

#endif
