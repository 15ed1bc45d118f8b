// SPDX-License-Identifier: MIT
#include <flash_headers.h>

#include "translate.h"

/* Of an inner packet what may change: the longest header of IP, and TCP up to its sum. */
enum { icmp_len = 8, least_payload = 8, most_changed = 60 + 18 };

static __u32 header_len(const __u8 *ip)
{
	return (ip[0] & 15) * 4;
}

static __u32 port_at(const __u8 *ip, bool source)
{
	return header_len(ip) + (ip[9] == IPPROTO_ICMP ? 4 : source ? 0 : 2);
}

struct end translate__end(const __u8 *ip, bool source)
{
	struct end end = { .protocol = ip[9] };

	memcpy(end.address, ip + (source ? 12 : 16), sizeof(end.address));
	memcpy(end.port, ip + port_at(ip, source), sizeof(end.port));
	return end;
}

/* Where the sum of TCP, UDP or ICMP is; 0: not in these bytes. */
static __u32 sum_at(const __u8 *ip, __u32 len)
{
	__u32 at = header_len(ip);

	switch (ip[9]) {
	case IPPROTO_TCP:
		at += 16;
		break;
	case IPPROTO_UDP:
		at += 6;
		break;
	default:
		at += 2;
	}
	return at + 2 <= len ? at : 0;
}

void translate__replace(__u8 *ip, __u32 len, bool source, const struct end *by)
{
	__u8 *address = ip + (source ? 12 : 16), *port = ip + port_at(ip, source);
	__u32 sum = sum_at(ip, len);
	void (*change)(void *, const void *, const void *, __u32) =
		ip[9] == IPPROTO_UDP ? flash_sum__change_udp : flash_sum__change;

	flash_sum__change(ip + 10, address, by->address, sizeof(by->address));
	if (sum) {
		/* That of ICMP says nothing of addresses. */
		if (ip[9] != IPPROTO_ICMP)
			change(ip + sum, address, by->address, sizeof(by->address));
		change(ip + sum, port, by->port, sizeof(by->port));
	}
	memcpy(address, by->address, sizeof(by->address));
	memcpy(port, by->port, sizeof(by->port));
}

__u8 *translate__inner(__u8 *icmp, __u32 len)
{
	__u8 *ip = icmp + icmp_len;
	__u32 room = len < icmp_len ? 0 : len - icmp_len;

	if (room < 20 + least_payload || ip[0] >> 4 != 4 || header_len(ip) < 20 ||
	    header_len(ip) + least_payload > room || flash_get16(ip + 6) & 0x1fff)
		return NULL;
	return ip;
}

void translate__replace_inner(__u8 *icmp, __u32 len, bool source, const struct end *by)
{
	__u8 *ip = icmp + icmp_len, before[most_changed];
	__u32 room = len - icmp_len, changed = room < most_changed ? room & ~1u : most_changed;

	memcpy(before, ip, changed);
	translate__replace(ip, room, source, by);
	flash_sum__change(icmp + 2, before, ip, changed);
}
