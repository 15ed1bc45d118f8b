/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the headers of a packet: Ethernet, up to two VLAN tags, IPv4 or IPv6 with its extension headers. Every
 * pointer that is given out has been compared with the end of the packet, as far as its header goes. Behind a third tag
 * it reads nothing.
 */
#ifndef FLASH_PACKET_H
#define FLASH_PACKET_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define VLAN_TAGS		2
#define EXTENSION_HEADERS	4

#define IP_MORE_FRAGMENTS	0x2000
#define IP_FRAGMENT_OFFSET	0x1fff
#define IP6_MORE_FRAGMENTS	0x0001
#define IP6_FRAGMENT_OFFSET	0xfff8

/* One form for both versions of IP: an IPv4 address is mapped, ::ffff:a.b.c.d. */
struct address {
	__be32 words[4];
};

struct vlan_tag {
	__be16 control;
	__be16 proto;
};

struct extension_header {
	__u8 next;
	__u8 length;
	__be16 offset;
	__be32 id;
};

enum packet_kind {
	PACKET_OTHER,		/* neither IPv4 nor IPv6 */
	PACKET_TRUNCATED,	/* ends before its headers do, or is shorter than it says */
	PACKET_IP,
};

struct packet {
	void *end;
	struct ethhdr *eth;
	struct iphdr *ip;	/* if it is v4 */
	struct ipv6hdr *ip6;	/* if it is not */
	void *payload;		/* what follows IP; nothing of it has been compared with the end */
	__u8 protocol;
	__u8 v4;		/* a number, because the verifier takes pointers into packets for possibly NULL */
	__u8 fragment;		/* is one of several, of which only the first has ports */
};

static __always_inline int packet__vlan(__be16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD) || proto == bpf_htons(ETH_P_QINQ1);
}

static __always_inline enum packet_kind packet__ip(struct xdp_md *ctx, struct packet *packet, void *at)
{
	struct iphdr *ip = at;
	__u64 before = at - (void *)packet->eth;
	__u32 header, total;

	if ((void *)(ip + 1) > packet->end)
		return PACKET_TRUNCATED;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header < sizeof(*ip) || total < header)
		return PACKET_TRUNCATED;
	if (at + header > packet->end || before + total > bpf_xdp_get_buff_len(ctx))
		return PACKET_TRUNCATED;

	packet->v4 = 1;
	packet->ip = ip;
	packet->payload = at + header;
	packet->protocol = ip->protocol;
	packet->fragment = !!(ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_FRAGMENT_OFFSET));
	return PACKET_IP;
}

static __always_inline enum packet_kind packet__ip6(struct xdp_md *ctx, struct packet *packet, void *at)
{
	struct ipv6hdr *ip6 = at;
	__u64 before = at - (void *)packet->eth;
	__u8 next;
	int i;

	if ((void *)(ip6 + 1) > packet->end || ip6->version != 6)
		return PACKET_TRUNCATED;
	if (before + sizeof(*ip6) + bpf_ntohs(ip6->payload_len) > bpf_xdp_get_buff_len(ctx))
		return PACKET_TRUNCATED;

	next = ip6->nexthdr;
	at = ip6 + 1;
#pragma unroll
	for (i = 0; i < EXTENSION_HEADERS; i++) {
		struct extension_header *header = at;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT)
			break;
		if ((void *)(header + 1) > packet->end)
			return PACKET_TRUNCATED;
		if (next == IPPROTO_FRAGMENT) {
			/* A packet can be the only one of its fragments. */
			packet->fragment |= !!(header->offset &
					       bpf_htons(IP6_MORE_FRAGMENTS | IP6_FRAGMENT_OFFSET));
			at += sizeof(*header);
		} else {
			at += (header->length + 1) * 8;
		}
		next = header->next;
		if (at > packet->end)
			return PACKET_TRUNCATED;
		/* What follows in a later fragment is no header. */
		if (packet->fragment)
			break;
	}

	packet->ip6 = ip6;
	packet->payload = at;
	packet->protocol = next;
	return PACKET_IP;
}

static __always_inline enum packet_kind packet__parse(struct xdp_md *ctx, struct packet *packet)
{
	void *at = (void *)(long)ctx->data;
	__be16 proto;
	int i;

	__builtin_memset(packet, 0, sizeof(*packet));
	packet->end = (void *)(long)ctx->data_end;
	packet->eth = at;
	if ((void *)(packet->eth + 1) > packet->end)
		return PACKET_TRUNCATED;
	proto = packet->eth->h_proto;
	at = packet->eth + 1;
#pragma unroll
	for (i = 0; i < VLAN_TAGS; i++) {
		struct vlan_tag *tag = at;

		if (!packet__vlan(proto))
			break;
		if ((void *)(tag + 1) > packet->end)
			return PACKET_TRUNCATED;
		proto = tag->proto;
		at = tag + 1;
	}

	if (proto == bpf_htons(ETH_P_IP))
		return packet__ip(ctx, packet, at);
	if (proto == bpf_htons(ETH_P_IPV6))
		return packet__ip6(ctx, packet, at);
	return PACKET_OTHER;
}

static __always_inline struct address address__of_ip(__be32 ip)
{
	return (struct address){ { 0, 0, bpf_htonl(0xffff), ip } };
}

static __always_inline struct address address__of_ip6(const struct in6_addr *ip6)
{
	struct address address;

	__builtin_memcpy(&address, ip6, sizeof(address));
	return address;
}

/* Without a branch for each word, which would double what the verifier has to look at. */
static __always_inline int address__is_v4(const struct address *address)
{
	return !(address->words[0] | address->words[1] | (address->words[2] ^ bpf_htonl(0xffff)));
}

static __always_inline int address__equals(const struct address *one, const struct address *other)
{
	__be32 different = 0;
	int i;

#pragma unroll
	for (i = 0; i < 4; i++)
		different |= one->words[i] ^ other->words[i];
	return !different;
}

static __always_inline struct address packet__source(const struct packet *packet)
{
	return packet->v4 ? address__of_ip(packet->ip->saddr) : address__of_ip6(&packet->ip6->saddr);
}

static __always_inline struct address packet__destination(const struct packet *packet)
{
	return packet->v4 ? address__of_ip(packet->ip->daddr) : address__of_ip6(&packet->ip6->daddr);
}

/* The ports of TCP and UDP, which begin with the same four bytes; NULL if the packet has none. */
static __always_inline __be16 *packet__ports(const struct packet *packet)
{
	__be16 *ports = packet->payload;

	if (packet->fragment || (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP))
		return NULL;
	return (void *)(ports + 2) > packet->end ? NULL : ports;
}

#endif
