/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps the checksums of IP, TCP and UDP right when a packet changes, by RFC 1624, without reading it all. */
#ifndef FLASH_CHECKSUM_H
#define FLASH_CHECKSUM_H

#include <stddef.h>
#include "packet.h"

/* What was taken out of a checksum and put into it, as a sum that has not been folded. */
static __always_inline __u32 checksum__change(__u32 sum, __be32 from, __be32 to)
{
	sum += (__u16)~from;
	sum += (__u16)~(from >> 16);
	sum += (__u16)to;
	return sum + (to >> 16);
}

/* Equation 3 of RFC 1624: HC' = ~(~HC + ~m + m'). Equation 2 of RFC 1141 may give -0 where +0 is right. */
static __always_inline __u16 checksum__apply(__u16 check, __u32 change)
{
	__u32 sum = (__u16)~check + change;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* A UDP packet without a checksum has 0 there, and stays without one; a checksum that is 0 is sent as 0xffff. */
static __always_inline __u16 checksum__apply_udp(__u16 check, __u32 change)
{
	if (!check)
		return 0;
	check = checksum__apply(check, change);
	return check ? check : 0xffff;
}

/* Where TCP or UDP have theirs; NULL if the packet ends before that. */
static __always_inline __u16 *packet__checksum(const struct packet *packet)
{
	__u32 offset = packet->protocol == IPPROTO_TCP ? offsetof(struct tcphdr, check) :
						       offsetof(struct udphdr, check);
	__u16 *check;

	/* Or the compiler compares twice, and the verifier believes that both are different packets. */
	barrier_var(offset);
	check = packet->payload + offset;
	return (void *)(check + 1) > packet->end ? NULL : check;
}

#endif
