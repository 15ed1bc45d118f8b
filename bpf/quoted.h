/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet that an ICMP error is about, of which it quotes at least the headers of IP and the ports. The error goes to
 * who sent that packet.
 */
#ifndef FLASH_QUOTED_H
#define FLASH_QUOTED_H

#include "packet.h"

/* What <linux/icmp.h> has, which needs headers of the C library for another processor. */
#define ICMP_DEST_UNREACH	3
#define ICMP_SOURCE_QUENCH	4
#define ICMP_TIME_EXCEEDED	11
#define ICMP_PARAMETERPROB	12
#define ICMPV6_DEST_UNREACH	1
#define ICMPV6_PARAMPROB	4

/* Of both versions; the quoted packet follows. */
struct icmp_error {
	__u8 type;
	__u8 code;
	__u16 check;
	__be32 rest;
};

/* Not redirects, which are for the next hop. */
static __always_inline int icmp__is_error(const struct packet *packet, __u8 type)
{
	if (packet->v4)
		return packet->protocol == IPPROTO_ICMP &&
		       (type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH || type == ICMP_TIME_EXCEEDED ||
			type == ICMP_PARAMETERPROB);
	return packet->protocol == IPPROTO_ICMPV6 && type >= ICMPV6_DEST_UNREACH && type <= ICMPV6_PARAMPROB;
}

/*
 * Whether it is an error that quotes a packet. Nothing behind the header of IP has been compared with the end, which is
 * that of the error, and a quoted packet may be longer. One of IPv6 with extension headers has a protocol without ports.
 */
static __always_inline int quoted__parse(const struct packet *packet, struct packet *quoted)
{
	struct icmp_error *error = packet->payload;
	void *at = error + 1;

	__builtin_memset(quoted, 0, sizeof(*quoted));
	quoted->end = packet->end;
	quoted->eth = packet->eth;
	if (packet->fragment || at > packet->end || !icmp__is_error(packet, error->type))
		return 0;

	if (packet->v4) {
		struct iphdr *ip = at;

		if ((void *)(ip + 1) > packet->end || ip->version != 4 || ip->ihl * 4 < sizeof(*ip))
			return 0;
		quoted->v4 = 1;
		quoted->ip = ip;
		quoted->payload = at + ip->ihl * 4;
		quoted->protocol = ip->protocol;
		quoted->fragment = !!(ip->frag_off & bpf_htons(IP_FRAGMENT_OFFSET));
	} else {
		struct ipv6hdr *ip6 = at;

		if ((void *)(ip6 + 1) > packet->end || ip6->version != 6)
			return 0;
		quoted->ip6 = ip6;
		quoted->payload = ip6 + 1;
		quoted->protocol = ip6->nexthdr;
	}
	return 1;
}

#endif
