/* SPDX-License-Identifier: MIT */
/* What changes in a packet whose address is translated: see RFC 3022. Sums are changed, never computed. */
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include <linux/types.h>
#include <stdbool.h>

/* An end of a connection. Of ICMP the port is the id of a query. */
struct end {
	__u8 protocol;
	__u8 address[4];
	__u8 port[2];
};

/*
 * @ip is a header of IPv4, and what follows it in the packet: @len bytes in all, at least eight of them
 * behind the header. Tells or replaces the source, or the destination, of TCP, UDP or a query of ICMP.
 */
struct end translate__end(const __u8 *ip, bool source);
void translate__replace(__u8 *ip, __u32 len, bool source, const struct end *by);

/* What an ICMP error is about, which follows its header: NULL if not enough of it is there. */
__u8 *translate__inner(__u8 *icmp, __u32 len);
/* As translate__replace() of what it is about, and keeps its own sum right. */
void translate__replace_inner(__u8 *icmp, __u32 len, bool source, const struct end *by);

#endif
