// SPDX-License-Identifier: MIT
/* Reads the headers of a received frame (datasheet 7.1.2, 7.1.11). */
#include <string.h>

#include "frame/bytes.h"
#include "frame/checksum.h"
#include "frame/headers.h"
#include "packet.h"

#define IPV6_EXTENSIONS_MAX	8

static bool packet__l4_is_right(const struct packet *packet, uint8_t protocol, const uint8_t *l4,
				size_t bytes)
{
	size_t address_bytes = packet->ipv4 ? 4 : 16;
	uint32_t sum;

	sum = checksum__add(protocol + (uint32_t)bytes, packet->source, address_bytes);
	sum = checksum__add(sum, packet->destination, address_bytes);
	return checksum__fold(checksum__add(sum, l4, bytes)) == 0;
}

/* @bytes: what the IP header says there is, which the frame has. */
static void packet__parse_l4(struct packet *packet, uint8_t protocol, const uint8_t *l4,
			     size_t bytes)
{
	bool checked = false;

	if (protocol == PROTOCOL_TCP && bytes >= TCP_BYTES) {
		packet->l4 = PACKET_L4_TCP;
		checked = true;
	} else if (protocol == PROTOCOL_UDP && bytes >= UDP_BYTES) {
		packet->l4 = PACKET_L4_UDP;
		checked = be16(l4 + UDP_CHECKSUM) != 0;
	} else if (protocol == PROTOCOL_SCTP && bytes >= SCTP_BYTES) {
		packet->l4 = PACKET_L4_SCTP;
	} else {
		return;
	}
	packet->source_port = be16(l4);
	packet->destination_port = be16(l4 + 2);
	if (checked)
		packet->l4_checksum = packet__l4_is_right(packet, protocol, l4, bytes) ?
				      PACKET_CHECKSUM_RIGHT : PACKET_CHECKSUM_WRONG;
}

static void packet__parse_ipv4(struct packet *packet, const uint8_t *ip, size_t room)
{
	size_t header, total;

	if (room < IPV4_BYTES || ip[0] >> 4 != 4)
		return;
	header = (size_t)(ip[0] & 0xf) * 4;
	total = be16(ip + 2);
	if (header < IPV4_BYTES || total < header || room < total)
		return;

	packet->ipv4 = true;
	packet->options = header > IPV4_BYTES;
	packet->source = ip + 12;
	packet->destination = ip + 16;
	packet->ip_checksum = checksum__fold(checksum__add(0, ip, header)) == 0 ?
			      PACKET_CHECKSUM_RIGHT : PACKET_CHECKSUM_WRONG;
	if (!(be16(ip + 6) & IPV4_FRAGMENT))
		packet__parse_l4(packet, ip[9], ip + header, total - header);
}

static void packet__parse_ipv6(struct packet *packet, const uint8_t *ip, size_t room)
{
	const uint8_t *next = ip + IPV6_BYTES;
	uint8_t protocol;
	size_t left;

	if (room < IPV6_BYTES || ip[0] >> 4 != 6)
		return;
	left = be16(ip + 4);
	if (room - IPV6_BYTES < left)
		return;

	packet->ipv6 = true;
	packet->source = ip + 8;
	packet->destination = ip + 24;
	protocol = ip[6];
	for (unsigned int i = 0; i < IPV6_EXTENSIONS_MAX; i++) {
		size_t bytes;

		if (protocol != PROTOCOL_HOP_BY_HOP && protocol != PROTOCOL_ROUTING &&
		    protocol != PROTOCOL_DESTINATION)
			break;
		packet->options = true;
		if (left < 8)
			return;
		bytes = ((size_t)next[1] + 1) * 8;
		if (left < bytes)
			return;
		/* A routing header changes the address the checksum is made with: not looked at. */
		if (protocol == PROTOCOL_ROUTING)
			return;
		protocol = next[0];
		next += bytes;
		left -= bytes;
	}
	if (protocol == PROTOCOL_FRAGMENT)
		packet->options = true;
	else
		packet__parse_l4(packet, protocol, next, left);
}

void ixgbe_packet__parse(struct packet *packet, const uint8_t *frame, size_t bytes,
			 uint16_t vlan_ethertype)
{
	size_t header = ETHERNET_BYTES;

	memset(packet, 0, sizeof(*packet));
	packet->bytes = frame;
	packet->length = bytes;
	packet->ethertype = be16(frame + ETHERTYPE_AT);
	if (packet->ethertype == vlan_ethertype && bytes >= ETHERNET_BYTES + VLAN_BYTES) {
		packet->vlan = true;
		packet->tci = be16(frame + 14);
		packet->ethertype = be16(frame + 16);
		header += VLAN_BYTES;
	}
	if (packet->ethertype == ETHERTYPE_IPV4)
		packet__parse_ipv4(packet, frame + header, bytes - header);
	else if (packet->ethertype == ETHERTYPE_IPV6)
		packet__parse_ipv6(packet, frame + header, bytes - header);
}
