/* SPDX-License-Identifier: MIT */
/*
 * Where the headers of a packet are, and the Internet checksums in them.
 *
 *	struct flash_headers headers;
 *
 *	if (flash_headers__parse(&headers, packet->data, packet->len))
 *		drop it;
 *	if (headers.protocol == IPPROTO_UDP && headers.transport)
 *		port = flash_get16((__u8 *)packet->data + headers.transport + 2);
 *
 * Every header that has a place is there as a whole. Whoever reads only headers, and data before the end,
 * reads nothing beyond the packet.
 */
#ifndef FLASH_HEADERS_H
#define FLASH_HEADERS_H

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Places are in bytes from the first of the packet on. */
struct flash_headers {
	__u16 ether_type;	/* what is behind the VLAN tags: ETH_P_IP, ETH_P_IPV6, ETH_P_ARP ... */
	__u8 version;		/* of IP, or 0 */
	__u8 protocol;		/* what is in IP: IPPROTO_TCP ... */
	bool fragment;		/* of an IP packet that comes in several */
	__u32 network;		/* the header of IP, or whatever the ether_type says */
	__u32 transport;	/* the header of TCP, UDP, ICMP ...; 0 if another fragment has it */
	__u32 payload;		/* what follows TCP, UDP or ICMP; otherwise as transport */
	__u32 end;		/* of the UDP datagram, else of the IP packet, else of all */
};

/* Numbers in the byte order of the network, at any address. */

static inline __u16 flash_get16(const void *at)
{
	const __u8 *bytes = (const __u8 *)at;

	return (__u16)(bytes[0] << 8 | bytes[1]);
}

static inline __u32 flash_get32(const void *at)
{
	return (__u32)flash_get16(at) << 16 | flash_get16((const __u8 *)at + 2);
}

static inline void flash_put16(void *at, __u16 value)
{
	__u8 *bytes = (__u8 *)at;

	bytes[0] = value >> 8;
	bytes[1] = value & 0xff;
}

static inline void flash_put32(void *at, __u32 value)
{
	flash_put16(at, value >> 16);
	flash_put16((__u8 *)at + 2, value & 0xffff);
}

/* How long the header at @transport is, which ends at @end at the latest; 0 if it cannot be. */
static inline __u32 flash_headers__transport_len(const __u8 *data, const struct flash_headers *headers)
{
	__u32 room = headers->end - headers->transport, len = 0;

	switch (headers->protocol) {
	case IPPROTO_TCP:
		len = room < 20 ? 0 : (data[headers->transport + 12] >> 4) * 4;
		return len < 20 || len > room ? 0 : len;
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return room < 8 ? 0 : 8;
	default:
		return 0;
	}
}

static inline int flash_headers__parse_transport(struct flash_headers *headers, const __u8 *data)
{
	__u32 len = flash_headers__transport_len(data, headers), udp_len;

	headers->payload = headers->transport + len;
	switch (headers->protocol) {
	case IPPROTO_UDP:
		if (!len)
			return -EINVAL;
		udp_len = flash_get16(data + headers->transport + 4);
		if (headers->fragment)
			return 0;
		if (udp_len < 8 || udp_len > headers->end - headers->transport)
			return -EINVAL;
		headers->end = headers->transport + udp_len;
		return 0;
	case IPPROTO_TCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return len ? 0 : -EINVAL;
	default:
		return 0;
	}
}

static inline int flash_headers__parse_ipv4(struct flash_headers *headers, const __u8 *data,
					    __u32 len)
{
	const __u8 *ip = data + headers->network;
	__u32 room = len - headers->network, header_len, total_len, offset;

	if (room < 20 || ip[0] >> 4 != 4)
		return -EINVAL;
	header_len = (ip[0] & 15) * 4;
	total_len = flash_get16(ip + 2);
	if (header_len < 20 || total_len < header_len || total_len > room)
		return -EINVAL;
	offset = flash_get16(ip + 6) & 0x1fff;
	headers->version = 4;
	headers->protocol = ip[9];
	headers->fragment = flash_get16(ip + 6) & 0x3fff;
	headers->end = headers->network + total_len;
	if (offset)
		return 0;
	headers->transport = headers->network + header_len;
	return flash_headers__parse_transport(headers, data);
}

static inline int flash_headers__parse_ipv6(struct flash_headers *headers, const __u8 *data,
					    __u32 len)
{
	const __u8 *ip = data + headers->network;
	__u32 room = len - headers->network, at = headers->network + 40;

	if (room < 40 || ip[0] >> 4 != 6 || flash_get16(ip + 4) > room - 40)
		return -EINVAL;
	headers->version = 6;
	headers->protocol = ip[6];
	headers->end = at + flash_get16(ip + 4);
	for (;;) {
		bool fragment = headers->protocol == IPPROTO_FRAGMENT;

		if (!fragment && headers->protocol != IPPROTO_HOPOPTS &&
		    headers->protocol != IPPROTO_ROUTING && headers->protocol != IPPROTO_DSTOPTS)
			break;
		if (headers->end - at < 8)
			return -EINVAL;
		headers->protocol = data[at];
		if (fragment) {
			__u16 offset = flash_get16(data + at + 2);

			headers->fragment |= (offset & 0xfff9) != 0;
			if (offset & 0xfff8)
				return 0;
			at += 8;
		} else {
			__u32 extension = (data[at + 1] + 1u) * 8;

			if (extension > headers->end - at)
				return -EINVAL;
			at += extension;
		}
	}
	headers->transport = at;
	return flash_headers__parse_transport(headers, data);
}

/* -EINVAL if the packet is shorter than its headers say, or they say what cannot be. */
static inline int flash_headers__parse(struct flash_headers *headers, const void *packet, __u32 len)
{
	const __u8 *data = (const __u8 *)packet;
	__u32 at = ETH_HLEN;

	memset(headers, 0, sizeof(*headers));
	if (len < at)
		return -EINVAL;
	headers->ether_type = flash_get16(data + 12);
	while (headers->ether_type == ETH_P_8021Q || headers->ether_type == ETH_P_8021AD) {
		if (len - at < 4)
			return -EINVAL;
		headers->ether_type = flash_get16(data + at + 2);
		at += 4;
	}
	headers->network = at;
	headers->end = len;
	switch (headers->ether_type) {
	case ETH_P_IP:
		return flash_headers__parse_ipv4(headers, data, len);
	case ETH_P_IPV6:
		return flash_headers__parse_ipv6(headers, data, len);
	default:
		return 0;
	}
}

/* Sums */

/* Adds bytes to a sum that is not folded. @data is at an even place of what is summed. */
static inline __u64 flash_sum__add(__u64 sum, const void *data, __u32 len)
{
	const __u8 *bytes = (const __u8 *)data;

	for (; len > 1; bytes += 2, len -= 2)
		sum += flash_get16(bytes);
	return len ? sum + (bytes[0] << 8) : sum;
}

/* What is written into a header. For UDP, where 0 means that there is none, write 0xffff in its place. */
static inline __u16 flash_sum__finish(__u64 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)~sum;
}

/*
 * Makes the sum at @at what it has to be when @len bytes, an even number at an even place, change from
 * @from to @to (RFC 1624). A sum that was wrong stays wrong.
 */
static inline void flash_sum__change(void *at, const void *from, const void *to, __u32 len)
{
	__u64 sum = (__u16)~flash_get16(at);

	for (__u32 i = 0; i < len; i += 2) {
		sum += (__u16)~flash_get16((const __u8 *)from + i);
		sum += flash_get16((const __u8 *)to + i);
	}
	flash_put16(at, flash_sum__finish(sum));
}

/* The same for UDP: no sum stays none, and none is made. */
static inline void flash_sum__change_udp(void *at, const void *from, const void *to, __u32 len)
{
	if (!flash_get16(at))
		return;
	flash_sum__change(at, from, to, len);
	if (!flash_get16(at))
		flash_put16(at, 0xffff);
}

#ifdef __cplusplus
}
#endif

#endif
