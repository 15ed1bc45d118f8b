/* SPDX-License-Identifier: MIT */
/* The descriptors of the 82599: 16 bytes, little-endian, seen here as four words. */
#ifndef IXGBE_DESCRIPTORS_H
#define IXGBE_DESCRIPTORS_H

#include <stdint.h>

#define DESCRIPTOR_BYTES	16

struct descriptor {
	uint32_t word[4];
};

/*
 * 7.1.5, 7.1.6 Receive descriptors. Read: words 0, 1 are the address of the packet buffer.
 * Write-back of the legacy form: word 2 has length and checksum, word 3 status, errors and VLAN.
 * Write-back of the advanced form: words 0, 1 say what the packet is, word 2 status and errors,
 * word 3 length and VLAN.
 */
#define RX_STATUS_DONE		(1u << 0)
#define RX_STATUS_END		(1u << 1)
#define RX_STATUS_FLOW_MATCH	(1u << 2)
#define RX_STATUS_VLAN		(1u << 3)
#define RX_STATUS_L4_CHECKED	(1u << 5)
#define RX_STATUS_IP_CHECKED	(1u << 6)
#define RX_STATUS_INEXACT	(1u << 7)
#define RX_STATUS_UDP_VALID	(1u << 10)
#define RX_ERROR_L4		(1u << 30)
#define RX_ERROR_IP		(1u << 31)
#define RX_LEGACY_ERROR_L4	(1u << 14)
#define RX_LEGACY_ERROR_IP	(1u << 15)
#define RX_VLAN_SHIFT		16

#define RX_TYPE_SHIFT		4
#define RX_TYPE_IPV4		(1u << 4)
#define RX_TYPE_IPV4_OPTIONS	(1u << 5)
#define RX_TYPE_IPV6		(1u << 6)
#define RX_TYPE_IPV6_OPTIONS	(1u << 7)
#define RX_TYPE_TCP		(1u << 8)
#define RX_TYPE_UDP		(1u << 9)
#define RX_TYPE_SCTP		(1u << 10)
#define RX_TYPE_ETQF		(1u << 15)

/*
 * 7.2.3 Transmit descriptors. Data: words 0, 1 address, word 2 length and command, word 3 status,
 * options and the length of all payload. Context: see offload.c.
 */
#define TX_LENGTH		0xffffu
#define TX_TYPE			(0xfu << 20)
#define TX_TYPE_CONTEXT		(2u << 20)
#define TX_TYPE_DATA		(3u << 20)
#define TX_END			(1u << 24)
#define TX_LEGACY_CHECKSUM	(1u << 26)
#define TX_REPORT		(1u << 27)
#define TX_EXTENDED		(1u << 29)
#define TX_VLAN			(1u << 30)
#define TX_SEGMENT		(1u << 31)
#define TX_LEGACY_CSO_SHIFT	16
#define TX_LEGACY_CSS_SHIFT	8
#define TX_VLAN_SHIFT		16
#define TX_STATUS_DONE		(1u << 0)
#define TX_STATUS		0xfu
#define TX_CONTEXT_SHIFT	4
#define TX_INSERT_IP		(1u << 8)
#define TX_INSERT_L4		(1u << 9)

#define CONTEXT_IP_BYTES	0x1ffu
#define CONTEXT_MAC_SHIFT	9
#define CONTEXT_MAC_BYTES	0x7fu
#define CONTEXT_VLAN_SHIFT	16
#define CONTEXT_IPV4		(1u << 10)
#define CONTEXT_L4_SHIFT	11
#define CONTEXT_L4_MASK		0x3u
#define CONTEXT_L4_UDP		0u
#define CONTEXT_L4_TCP		1u
#define CONTEXT_L4_SCTP		2u
#define CONTEXT_L4_BYTES_SHIFT	8
#define CONTEXT_L4_BYTES	0xffu
#define CONTEXT_MSS_SHIFT	16

#endif
