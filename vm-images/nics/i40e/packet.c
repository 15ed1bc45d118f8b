// SPDX-License-Identifier: MIT
/* A frame's headers, and what hashing and filters take from them. */
#include <string.h>

#include "frame/bytes.h"
#include "frame/checksum.h"
#include "frame/headers.h"
#include "packet.h"

#define EXTENSIONS_MAX 8u

/* PTYPE: the first of a group; fragment, other, UDP, (none), TCP, SCTP, ICMP follow each other. */
#define TYPE_L2 1
#define TYPE_ARP 11
#define TYPE_IPV4 22
#define TYPE_IPV6 88

/* Input sets: words of the fields, from the highest bit down. */
#define FIELD_VLAN 55
#define FIELD_IPV4_SOURCE 48
#define FIELD_IPV4_DESTINATION 36
#define FIELD_IPV6_SOURCE 50
#define FIELD_IPV6_DESTINATION 42
#define FIELD_SOURCE_PORT 34
#define FIELD_DESTINATION_PORT 33

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
static bool l4__fits(const struct packet *packet, size_t bytes, size_t header)
{
	return packet->l4 && bytes >= packet->l4 + header;
}

static void packet__classify(struct packet *packet, size_t bytes)
{
	uint8_t types = packet->ip_version == 4 ? TYPE_IPV4 : TYPE_IPV6;
	uint8_t classes = packet->ip_version == 4 ? 0 : CLASS_IPV6_UDP - CLASS_IPV4_UDP;

	packet->type = types + 1;
	packet->classifier = classes + CLASS_IPV4_OTHER;
	if (packet->fragment) {
		packet->type = types;
		packet->classifier = classes + CLASS_IPV4_FRAGMENT;
	} else if (packet->protocol == PROTOCOL_UDP && l4__fits(packet, bytes, UDP_BYTES)) {
		packet->type = types + 2;
		packet->classifier = classes + CLASS_IPV4_UDP;
	} else if (packet->protocol == PROTOCOL_TCP && l4__fits(packet, bytes, TCP_BYTES)) {
		packet->type = types + 4;
		packet->classifier = classes + CLASS_IPV4_TCP;
	} else if (packet->protocol == PROTOCOL_SCTP && l4__fits(packet, bytes, SCTP_BYTES)) {
		packet->type = types + 5;
		packet->classifier = classes + CLASS_IPV4_SCTP;
	} else if (packet->protocol ==
		   (packet->ip_version == 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)) {
		packet->type = types + 6;
	}
}

void i40e_packet__parse(struct packet *packet, const uint8_t *frame, size_t bytes)
{
	size_t at = ETHERTYPE_AT;
	uint16_t ethertype;

	*packet = (struct packet){ .classifier = CLASS_L2, .type = TYPE_L2, .ip_end = bytes };
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

struct packet_checks i40e_packet__check(const struct packet *packet, const uint8_t *frame,
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

/* Words of a field of which each has a bit of its own, the first word's the highest. */
static size_t words__take(uint64_t fields, unsigned int highest, const uint8_t *from,
			  unsigned int words, uint8_t *to)
{
	unsigned int word;
	size_t taken = 0;

	for (word = 0; word < words; word++) {
		if (!(fields >> (highest - word) & 1))
			continue;
		memcpy(to + taken, from + 2 * word, 2);
		taken += 2;
	}
	return taken;
}

/*
 * @mirrored: the frame is one that is sent, and stands for the frames that answer it: source and
 * destination change places.
 */
size_t i40e_packet__input(const struct packet *packet, const uint8_t *frame, size_t bytes,
			  uint64_t fields, bool mirrored, uint8_t input[PACKET_INPUT_MAX])
{
	const uint8_t *source, *destination;
	size_t taken = 0;

	if (fields >> FIELD_VLAN & 1) {
		put_be16(input, packet->tag & VLAN_ID);
		taken = 2;
	}
	if (packet->ip_version == 4) {
		source = frame + packet->ip + (mirrored ? 16 : 12);
		destination = frame + packet->ip + (mirrored ? 12 : 16);
		taken += words__take(fields, FIELD_IPV4_SOURCE, source, 2, input + taken);
		taken += words__take(fields, FIELD_IPV4_DESTINATION, destination, 2, input + taken);
	} else if (packet->ip_version == 6) {
		source = frame + packet->ip + (mirrored ? 24 : 8);
		destination = frame + packet->ip + (mirrored ? 8 : 24);
		taken += words__take(fields, FIELD_IPV6_SOURCE, source, 8, input + taken);
		taken += words__take(fields, FIELD_IPV6_DESTINATION, destination, 8, input + taken);
	}
	if (l4__fits(packet, bytes, 4)) {
		source = frame + packet->l4 + (mirrored ? 2 : 0);
		destination = frame + packet->l4 + (mirrored ? 0 : 2);
		taken += words__take(fields, FIELD_SOURCE_PORT, source, 1, input + taken);
		taken += words__take(fields, FIELD_DESTINATION_PORT, destination, 1, input + taken);
	}
	return taken;
}
