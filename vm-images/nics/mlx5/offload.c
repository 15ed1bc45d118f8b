// SPDX-License-Identifier: MIT
/*
 * Offloads of a send WQE (en_tx.c:mlx5e_txwqe_build_eseg_csum, mlx5e_tx_get_gso_ihs). The device
 * finds the headers by itself and computes checksums from nothing: what the driver left in their
 * fields does not count.
 */
#include <string.h>

#include "frame/bytes.h"
#include "frame/checksum.h"
#include "frame/headers.h"
#include "mlx5.h"
#include "offload.h"
#include "packet.h"

#define FRAME_BYTES_MAX (MLX5_MTU_MAX - FRAME_CRC_BYTES)
#define TCP_SEQUENCE 4u
#define TCP_CWR 0x080			/* only the first segment keeps it */
#define TCP_FIN_PSH 0x009		/* only the last keeps these */
#define UDP_LENGTH 4u

/* Whether the headers are Ethernet, IP, and TCP or UDP, and nothing else. */
static bool headers__can_repeat(const struct mlx5_offload *offload, const uint8_t *packet)
{
	struct mlx5_packet parsed;
	size_t l4_bytes;

	mlx5_packet__parse(&parsed, packet, offload->headers);
	parsed.ip_end = offload->headers;
	if (mlx5_packet__is_udp(&parsed))
		return parsed.l4 + UDP_BYTES == offload->headers;
	if (!mlx5_packet__is_tcp(&parsed))
		return false;
	l4_bytes = (packet[parsed.l4 + TCP_FLAGS_AT] >> 4) * 4;
	return l4_bytes >= TCP_BYTES && parsed.l4 + l4_bytes == offload->headers;
}

unsigned int mlx5_offload__frames(const struct mlx5_offload *offload, const uint8_t *packet,
				  size_t bytes)
{
	size_t tag = offload->tagged ? VLAN_BYTES : 0;

	if (bytes < ETHERNET_BYTES)
		return 0;
	if (!offload->segments)
		return bytes + tag <= FRAME_BYTES_MAX ? 1 : 0;
	if (!offload->mss || offload->headers >= bytes ||
	    offload->headers + offload->mss + tag > FRAME_BYTES_MAX ||
	    !headers__can_repeat(offload, packet))
		return 0;
	return (bytes - offload->headers + offload->mss - 1) / offload->mss;
}

/* What the headers of a segment say besides checksums. @before: bytes of payload in others. */
static void segment__adapt(uint8_t *frame, const struct mlx5_packet *parsed, size_t bytes,
			   size_t before, unsigned int index, bool last)
{
	uint8_t *ip = frame + parsed->l3, *l4 = frame + parsed->l4;
	uint16_t flags;

	if (parsed->ip_version == 4) {
		put_be16(ip + 2, bytes - parsed->l3);
		put_be16(ip + 4, be16(ip + 4) + index);
	} else {
		put_be16(ip + 4, bytes - parsed->l3 - IPV6_BYTES);
	}
	if (parsed->protocol == PROTOCOL_UDP) {
		put_be16(l4 + UDP_LENGTH, bytes - parsed->l4);
		return;
	}
	put_be32(l4 + TCP_SEQUENCE, be32(l4 + TCP_SEQUENCE) + before);
	flags = be16(l4 + TCP_FLAGS_AT);
	if (index)
		flags &= ~TCP_CWR;
	if (!last)
		flags &= ~TCP_FIN_PSH;
	put_be16(l4 + TCP_FLAGS_AT, flags);
}

static void ip__checksum(uint8_t *frame, const struct mlx5_packet *parsed)
{
	uint8_t *ip = frame + parsed->l3;

	if (parsed->ip_version != 4)
		return;
	put_be16(ip + IPV4_CHECKSUM, 0);
	put_be16(ip + IPV4_CHECKSUM, checksum__fold(checksum__add(0, ip, (ip[0] & 0xf) * 4)));
}

static void l4__checksum(uint8_t *frame, const struct mlx5_packet *parsed)
{
	size_t bytes = parsed->ip_end - parsed->l4;
	uint8_t *l4 = frame + parsed->l4;
	uint16_t checksum;
	unsigned int field;

	if (mlx5_packet__is_tcp(parsed))
		field = TCP_CHECKSUM;
	else if (mlx5_packet__is_udp(parsed))
		field = UDP_CHECKSUM;
	else
		return;
	put_be16(l4 + field, 0);
	checksum = checksum__fold(checksum__add(mlx5_packet__pseudo_sum(parsed, frame, bytes), l4,
						bytes));
	/* Of UDP, 0 says that there is none. */
	put_be16(l4 + field, checksum || field == TCP_CHECKSUM ? checksum : 0xffff);
}

static size_t frame__tag(uint8_t *frame, size_t bytes, uint16_t type, uint16_t tag)
{
	memmove(frame + ETHERTYPE_AT + VLAN_BYTES, frame + ETHERTYPE_AT, bytes - ETHERTYPE_AT);
	put_be16(frame + ETHERTYPE_AT, type);
	put_be16(frame + ETHERTYPE_AT + 2, tag);
	return bytes + VLAN_BYTES;
}

/* Copies segment @index. Returns its bytes. */
static size_t segment__copy(const struct mlx5_offload *offload, const uint8_t *packet, size_t bytes,
			    unsigned int index, uint8_t *frame)
{
	size_t before = (size_t)index * offload->mss;
	size_t left = bytes - offload->headers - before;
	size_t part = left < offload->mss ? left : offload->mss;
	struct mlx5_packet parsed;

	memcpy(frame, packet, offload->headers);
	memcpy(frame + offload->headers, packet + offload->headers + before, part);
	mlx5_packet__parse(&parsed, frame, offload->headers);
	segment__adapt(frame, &parsed, offload->headers + part, before, index, part == left);
	return offload->headers + part;
}

size_t mlx5_offload__frame(const struct mlx5_offload *offload, const uint8_t *packet, size_t bytes,
			   unsigned int index, uint8_t frame[NIC_FRAME_MAX])
{
	struct mlx5_packet parsed;

	if (offload->segments)
		bytes = segment__copy(offload, packet, bytes, index, frame);
	else
		memcpy(frame, packet, bytes);
	mlx5_packet__parse(&parsed, frame, bytes);
	if (offload->ip_checksum)
		ip__checksum(frame, &parsed);
	if (offload->l4_checksum)
		l4__checksum(frame, &parsed);
	if (offload->tagged)
		bytes = frame__tag(frame, bytes, offload->tag_type, offload->tag);
	if (bytes < FRAME_MIN) {
		memset(frame + bytes, 0, FRAME_MIN - bytes);
		bytes = FRAME_MIN;
	}
	return bytes;
}
