// SPDX-License-Identifier: MIT
#include "frame/bytes.h"
#include "frame/checksum.h"
#include "frame/headers.h"
#include "packet.h"

#define ETHERTYPE_SVLAN 0x88a8
#define TAGS_MAX 2u
#define EXTENSIONS_MAX 8u

static size_t min_size(size_t one, size_t other)
{
	return one < other ? one : other;
}

static void ipv4__parse(struct mlx5_packet *packet, const uint8_t *frame, size_t bytes)
{
	const uint8_t *ip = frame + packet->l3;
	size_t header, total;

	if (bytes < packet->l3 + IPV4_BYTES || ip[0] >> 4 != 4)
		return;
	header = (ip[0] & 0xf) * 4;
	if (header < IPV4_BYTES || bytes < packet->l3 + header)
		return;
	total = be16(ip + 2);
	packet->ip_version = 4;
	packet->ip_end = total < header ? bytes : min_size(packet->l3 + total, bytes);
	packet->protocol = ip[9];
	packet->fragment = be16(ip + 6) & IPV4_FRAGMENT;
	if (!packet->fragment)
		packet->l4 = packet->l3 + header;
}

static void ipv6__parse(struct mlx5_packet *packet, const uint8_t *frame, size_t bytes)
{
	size_t next = packet->l3 + IPV6_BYTES, payload;
	const uint8_t *ip = frame + packet->l3;
	unsigned int extensions;

	if (bytes < next || ip[0] >> 4 != 6)
		return;
	payload = be16(ip + 4);
	packet->ip_version = 6;
	packet->ip_end = payload ? min_size(next + payload, bytes) : bytes;
	packet->protocol = ip[6];
	for (extensions = 0; extensions < EXTENSIONS_MAX; extensions++) {
		uint8_t kind = packet->protocol;

		if (kind != PROTOCOL_HOP_BY_HOP && kind != PROTOCOL_ROUTING &&
		    kind != PROTOCOL_FRAGMENT && kind != PROTOCOL_DESTINATION)
			break;
		if (bytes < next + 8)
			return;
		packet->protocol = frame[next];
		packet->routed |= kind == PROTOCOL_ROUTING;
		if (kind == PROTOCOL_FRAGMENT) {
			packet->fragment = true;
			return;
		}
		next += 8 + frame[next + 1] * 8;
	}
	if (next <= bytes)
		packet->l4 = next;
}

void mlx5_packet__parse(struct mlx5_packet *packet, const uint8_t *frame, size_t bytes)
{
	size_t at = ETHERTYPE_AT;
	unsigned int tags;

	*packet = (struct mlx5_packet){ .ip_end = bytes, .l3 = bytes };
	if (bytes < ETHERNET_BYTES)
		return;
	packet->ethertype = be16(frame + at);
	for (tags = 0; tags < TAGS_MAX && bytes >= at + 2 + VLAN_BYTES; tags++) {
		if (packet->ethertype != ETHERTYPE_VLAN && packet->ethertype != ETHERTYPE_SVLAN)
			break;
		if (!tags) {
			packet->cvlan = packet->ethertype == ETHERTYPE_VLAN;
			packet->svlan = !packet->cvlan;
			packet->tag = be16(frame + at + 2);
		}
		at += VLAN_BYTES;
		packet->ethertype = be16(frame + at);
	}
	packet->l3 = at + 2;
	if (packet->ethertype == ETHERTYPE_IPV4)
		ipv4__parse(packet, frame, bytes);
	else if (packet->ethertype == ETHERTYPE_IPV6)
		ipv6__parse(packet, frame, bytes);
}

bool mlx5_packet__is_tcp(const struct mlx5_packet *packet)
{
	return packet->l4 && packet->protocol == PROTOCOL_TCP &&
	       packet->l4 + TCP_BYTES <= packet->ip_end;
}

bool mlx5_packet__is_udp(const struct mlx5_packet *packet)
{
	return packet->l4 && packet->protocol == PROTOCOL_UDP &&
	       packet->l4 + UDP_BYTES <= packet->ip_end;
}

uint32_t mlx5_packet__pseudo_sum(const struct mlx5_packet *packet, const uint8_t *frame,
				 size_t bytes)
{
	uint32_t sum = packet->protocol + (bytes >> 16) + (bytes & 0xffff);

	if (packet->ip_version == 4)
		return checksum__add(sum, frame + packet->l3 + 12, 8);
	return checksum__add(sum, frame + packet->l3 + 8, 32);
}

struct mlx5_checks mlx5_packet__check(const struct mlx5_packet *packet, const uint8_t *frame)
{
	size_t bytes = packet->ip_end - packet->l4;
	const uint8_t *ip = frame + packet->l3;
	struct mlx5_checks checks = { 0 };
	uint32_t sum;

	if (packet->ip_version)
		checks.ip = packet->ip_version == 6 ||
			    !checksum__fold(checksum__add(0, ip, (ip[0] & 0xf) * 4));
	if (packet->routed)
		return checks;
	/* UDP over IPv4 may have no checksum: then there is nothing to vouch for. */
	if (mlx5_packet__is_tcp(packet) ||
	    (mlx5_packet__is_udp(packet) && be16(frame + packet->l4 + UDP_CHECKSUM))) {
		sum = mlx5_packet__pseudo_sum(packet, frame, bytes);
		checks.l4 = !checksum__fold(checksum__add(sum, frame + packet->l4, bytes));
	}
	return checks;
}
