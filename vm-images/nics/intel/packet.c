// SPDX-License-Identifier: MIT
/* A frame's headers, their types and checksums. */
#include "frame/bytes.h"
#include "frame/checksum.h"
#include "frame/headers.h"
#include "packet.h"

#define EXTENSIONS_MAX 8u

static size_t min_size(size_t one, size_t other)
{
	return one < other ? one : other;
}

static void ipv4__parse(struct packet *packet, const uint8_t *frame, size_t bytes, size_t at)
{
	size_t header, total;

	if (bytes < at + IPV4_BYTES || frame[at] >> 4 != 4)
		return;
	header = (frame[at] & 0xf) * 4;
	if (header < IPV4_BYTES || bytes < at + header)
		return;
	total = be16(frame + at + 2);
	packet->ip_version = 4;
	packet->ip = at;
	packet->ip_end = total < header ? bytes : min_size(at + total, bytes);
	packet->protocol = frame[at + 9];
	packet->fragment = be16(frame + at + 6) & IPV4_FRAGMENT;
	if (!packet->fragment)
		packet->l4 = at + header;
}

static void ipv6__parse(struct packet *packet, const uint8_t *frame, size_t bytes, size_t at)
{
	size_t next = at + IPV6_BYTES, payload;
	unsigned int extensions;
	uint8_t protocol;

	if (bytes < next || frame[at] >> 4 != 6)
		return;
	payload = be16(frame + at + 4);
	packet->ip_version = 6;
	packet->ip = at;
	packet->ip_end = payload ? min_size(next + payload, bytes) : bytes;
	protocol = frame[at + 6];
	for (extensions = 0; extensions < EXTENSIONS_MAX; extensions++) {
		if (protocol != PROTOCOL_HOP_BY_HOP && protocol != PROTOCOL_ROUTING &&
		    protocol != PROTOCOL_FRAGMENT && protocol != PROTOCOL_DESTINATION)
			break;
		if (bytes < next + 8)
			return;
		packet->extension_address |= protocol == PROTOCOL_ROUTING;
		if (protocol == PROTOCOL_FRAGMENT) {
			packet->fragment = true;
			packet->protocol = frame[next];
			return;
		}
		protocol = frame[next];
		next += 8 + frame[next + 1] * 8;
	}
	packet->protocol = protocol;
	if (next <= bytes)
		packet->l4 = next;
}

/* The header of the protocol must be within the frame, else the protocol is "other". */
static void packet__classify(struct packet *packet, size_t bytes)
{
	uint8_t types = packet->ip_version == 4 ? TYPE_IPV4 : TYPE_IPV6;

	packet->type = types + TYPE_OTHER;
	if (packet->fragment)
		packet->type = types + TYPE_FRAGMENT;
	else if (packet->protocol == PROTOCOL_UDP && packet__has_l4(packet, bytes, UDP_BYTES))
		packet->type = types + TYPE_UDP;
	else if (packet->protocol == PROTOCOL_TCP && packet__has_l4(packet, bytes, TCP_BYTES))
		packet->type = types + TYPE_TCP;
	else if (packet->protocol == PROTOCOL_SCTP && packet__has_l4(packet, bytes, SCTP_BYTES))
		packet->type = types + TYPE_SCTP;
	else if (packet->protocol ==
		 (packet->ip_version == 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6))
		packet->type = types + TYPE_ICMP;
}

void packet__parse(struct packet *packet, const uint8_t *frame, size_t bytes)
{
	size_t at = ETHERTYPE_AT;
	uint16_t ethertype;

	*packet = (struct packet){ .type = TYPE_L2, .ip_end = bytes };
	if (bytes < at + 2)
		return;
	ethertype = be16(frame + at);
	if (ethertype == ETHERTYPE_VLAN && bytes >= at + 6) {
		packet->tagged = true;
		packet->tag = be16(frame + at + 2);
		at += 4;
		ethertype = be16(frame + at);
	}
	at += 2;
	if (ethertype == ETHERTYPE_IPV4)
		ipv4__parse(packet, frame, bytes, at);
	else if (ethertype == ETHERTYPE_IPV6)
		ipv6__parse(packet, frame, bytes, at);
	else if (ethertype == ETHERTYPE_ARP)
		packet->type = TYPE_ARP;
	if (packet->ip_version)
		packet__classify(packet, bytes);
}

/* The sum over both addresses, the length and the protocol. */
static uint32_t pseudo_header__sum(const struct packet *packet, const uint8_t *frame)
{
	uint32_t sum = packet->protocol + (packet->ip_end - packet->l4);

	if (packet->ip_version == 4)
		return checksum__add(sum, frame + packet->ip + 12, 8);
	return checksum__add(sum, frame + packet->ip + 8, 32);
}

struct packet_checks packet__check(const struct packet *packet, const uint8_t *frame,
					size_t bytes)
{
	struct packet_checks checks = { .done = packet->ip_version };
	size_t l4 = packet->l4, end = packet->ip_end;

	if (!packet->ip_version)
		return checks;
	if (packet->ip_version == 4)
		checks.ip_bad = checksum__fold(checksum__add(0, frame + packet->ip,
					(frame[packet->ip] & 0xf) * 4));
	if (packet->fragment || packet->extension_address || !l4 || l4 >= end || end > bytes)
		return checks;

	if (packet->protocol == PROTOCOL_SCTP) {
		if (end - l4 >= SCTP_BYTES)
			checks.l4_bad = checksum__sctp(frame + l4, end - l4) !=
					le32(frame + l4 + SCTP_CHECKSUM);
	} else if ((packet->protocol == PROTOCOL_TCP && end - l4 >= TCP_BYTES) ||
		   (packet->protocol == PROTOCOL_UDP && end - l4 >= UDP_BYTES &&
		    be16(frame + l4 + UDP_CHECKSUM))) {
		checks.l4_bad = checksum__fold(checksum__add(
					pseudo_header__sum(packet, frame), frame + l4, end - l4));
	}
	return checks;
}
