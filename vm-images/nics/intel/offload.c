// SPDX-License-Identifier: MIT
/* Frames out of a packet in the ring. */
#include <string.h>

#include "frame/bytes.h"
#include "frame/checksum.h"
#include "frame/headers.h"
#include "offload.h"

#define MSS_MIN 64u			/* what drivers keep to; less is malicious */

/* The second quad word of a data descriptor (section 8.4). */
#define DATA_TAG (UINT64_C(0x0008) << 4)
#define DATA_IP_LOW 9			/* the IIPT field: 1 IPv6, 2 IPv4, 3 IPv4 with checksum */
#define DATA_L4_LOW 12
#define DATA_L2_WORDS_LOW 16
#define DATA_IP_DWORDS_LOW 23
#define DATA_L4_DWORDS_LOW 30
#define DATA_TAG_LOW 48
/* That of a context descriptor (section 8.4), and its first double word: tunnels. */
#define CONTEXT_SEGMENTS (UINT64_C(0x01) << 4)
#define CONTEXT_MSS_LOW 50
#define TUNNEL_IP_DWORDS_LOW 2
#define TUNNEL_TYPE_LOW 9
#define TUNNEL_UDP 1
#define TUNNEL_WORDS_LOW 12

void offload__decode(struct offload *offload, uint64_t data, const uint8_t *context)
{
	static const unsigned int ip_versions[] = { 0, 6, 4, 4 };
	size_t at = bits(data, DATA_L2_WORDS_LOW, 7) * 2;

	*offload = (struct offload){
		.ip_version = ip_versions[bits(data, DATA_IP_LOW, 2)],
		.ip_checksum = bits(data, DATA_IP_LOW, 2) == 3,
		.l4_type = bits(data, DATA_L4_LOW, 2),
		.tagged = data & DATA_TAG,
		.tag = bits(data, DATA_TAG_LOW, 16),
	};
	if (context) {
		uint32_t tunnel = le32(context);
		uint64_t command = le64(context + 8);

		offload->segments = command & CONTEXT_SEGMENTS;
		offload->mss = bits(command, CONTEXT_MSS_LOW, 14);
		offload->outer_ip_version = ip_versions[bits(tunnel, 0, 2)];
		if (offload->outer_ip_version) {
			offload->outer_ip = at;
			at += bits(tunnel, TUNNEL_IP_DWORDS_LOW, 7) * 4;
			offload->outer_l4 = bits(tunnel, TUNNEL_TYPE_LOW, 2) == TUNNEL_UDP ? at : 0;
			at += bits(tunnel, TUNNEL_WORDS_LOW, 7) * 2;
		}
	}
	offload->ip = at;
	offload->l4 = at + bits(data, DATA_IP_DWORDS_LOW, 7) * 4;
	offload->payload = offload->l4 + bits(data, DATA_L4_DWORDS_LOW, 4) * 4;
}

static size_t ip__bytes_min(unsigned int version)
{
	return version == 6 ? IPV6_BYTES : IPV4_BYTES;
}

static size_t l4__bytes_min(enum offload_l4 type)
{
	static const uint8_t least[] = {
		[OFFLOAD_L4_TCP] = TCP_BYTES,
		[OFFLOAD_L4_SCTP] = SCTP_BYTES,
		[OFFLOAD_L4_UDP] = UDP_BYTES,
	};

	return least[type];
}

/* Whether all headers that are to be changed are within the packet, and in order. */
static bool offload__fits(const struct offload *offload, size_t bytes)
{
	if (offload->outer_ip_version &&
	    (offload->outer_ip < ETHERNET_BYTES ||
	     offload->outer_ip + ip__bytes_min(offload->outer_ip_version) > offload->ip ||
	     (offload->outer_l4 && offload->outer_l4 + UDP_BYTES > offload->ip)))
		return false;
	if (offload->ip_version &&
	    (offload->ip < ETHERNET_BYTES ||
	     offload->ip + ip__bytes_min(offload->ip_version) > offload->l4 ||
	     offload->l4 > bytes))
		return false;
	if (offload->l4_type &&
	    (!offload->ip_version || offload->l4 + l4__bytes_min(offload->l4_type) > bytes))
		return false;
	return true;
}

unsigned int offload__frames(const struct offload *offload, size_t bytes, size_t frame_max)
{
	size_t tag = offload->tagged ? VLAN_BYTES : 0;

	if (bytes < ETHERNET_BYTES || !offload__fits(offload, bytes))
		return 0;
	if (!offload->segments)
		return bytes + tag <= frame_max ? 1 : 0;
	if (!offload->ip_version || offload->mss < MSS_MIN || offload->payload >= bytes ||
	    (offload->l4_type != OFFLOAD_L4_TCP && offload->l4_type != OFFLOAD_L4_UDP) ||
	    offload->payload < offload->l4 + l4__bytes_min(offload->l4_type) ||
	    offload->payload + offload->mss + tag > frame_max)
		return 0;
	return (bytes - offload->payload + offload->mss - 1) / offload->mss;
}

/* The length, and the checksum, which is over a header whose length field counts as it is here. */
static void ip__finish(uint8_t *frame, size_t ip, unsigned int version, size_t end, bool lengths,
		       bool checksum, unsigned int index)
{
	size_t header = (frame[ip] & 0xf) * 4;

	if (version == 6) {
		if (lengths)
			put_be16(frame + ip + 4, end - ip - IPV6_BYTES);
		return;
	}
	if (lengths) {
		put_be16(frame + ip + 2, end - ip);
		put_be16(frame + ip + 4, be16(frame + ip + 4) + index);
	}
	if (!checksum || header < IPV4_BYTES || ip + header > end)
		return;
	put_be16(frame + ip + IPV4_CHECKSUM, 0);
	put_be16(frame + ip + IPV4_CHECKSUM, checksum__fold(checksum__add(0, frame + ip, header)));
}

/*
 * The field has the sum of the pseudo header when the packet comes from the driver: with the length
 * for a whole packet, without it for one that is cut up.
 */
static void l4__checksum(uint8_t *frame, const struct offload *offload, size_t end)
{
	uint8_t *l4 = frame + offload->l4;
	uint32_t sum = offload->segments ? end - offload->l4 : 0;
	uint16_t checksum;

	if (offload->l4_type == OFFLOAD_L4_SCTP) {
		put_le32(l4 + SCTP_CHECKSUM, checksum__sctp(l4, end - offload->l4));
		return;
	}
	checksum = checksum__fold(checksum__add(sum, l4, end - offload->l4));
	if (offload->l4_type == OFFLOAD_L4_UDP)
		put_be16(l4 + UDP_CHECKSUM, checksum ? checksum : 0xffff);
	else
		put_be16(l4 + TCP_CHECKSUM, checksum);
}

/* TCP's sequence number, and flags that only the first or the last segment keeps. */
static void l4__segment(uint8_t *frame, const struct offload *offload, size_t end,
			size_t payload_before, bool first, bool last)
{
	uint8_t *l4 = frame + offload->l4;
	uint16_t flags;

	if (offload->l4_type == OFFLOAD_L4_UDP) {
		put_be16(l4 + 4, end - offload->l4);
		return;
	}
	put_be32(l4 + 4, be32(l4 + 4) + payload_before);
	if (first && last)
		return;
	flags = be16(l4 + TCP_FLAGS_AT);
	put_be16(l4 + TCP_FLAGS_AT,
		 flags & ~(offload->cleared_flags[first ? 0 : last ? 2 : 1] & TCP_FLAGS));
}

static size_t frame__tag(uint8_t *frame, size_t bytes, uint16_t tag)
{
	memmove(frame + ETHERTYPE_AT + VLAN_BYTES, frame + ETHERTYPE_AT, bytes - ETHERTYPE_AT);
	put_be16(frame + ETHERTYPE_AT, ETHERTYPE_VLAN);
	put_be16(frame + ETHERTYPE_AT + 2, tag);
	return bytes + VLAN_BYTES;
}

size_t offload__frame(const struct offload *offload, const uint8_t *packet, size_t bytes,
		      unsigned int index, uint8_t frame[NIC_FRAME_MAX])
{
	size_t end = bytes, before = 0;

	if (offload->segments) {
		size_t left;

		before = (size_t)index * offload->mss;
		left = bytes - offload->payload - before;
		end = offload->payload + (left < offload->mss ? left : offload->mss);
		memcpy(frame, packet, offload->payload);
		memcpy(frame + offload->payload, packet + offload->payload + before,
		       end - offload->payload);
		l4__segment(frame, offload, end, before, !index, left <= offload->mss);
		if (offload->outer_ip_version)
			ip__finish(frame, offload->outer_ip, offload->outer_ip_version, end, true,
				   true, index);
		if (offload->outer_l4)
			put_be16(frame + offload->outer_l4 + 4, end - offload->outer_l4);
	} else {
		memcpy(frame, packet, bytes);
	}
	if (offload->ip_version)
		ip__finish(frame, offload->ip, offload->ip_version, end, offload->segments,
			   offload->ip_checksum, index);
	if (offload->l4_type)
		l4__checksum(frame, offload, end);
	if (offload->tagged)
		end = frame__tag(frame, end, offload->tag);
	if (end < FRAME_MIN) {
		memset(frame + end, 0, FRAME_MIN - end);
		end = FRAME_MIN;
	}
	return end;
}
