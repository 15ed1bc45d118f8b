/* SPDX-License-Identifier: GPL-2.0 */
/* The flow that a packet is of, the hash of that, and what programs that spread flows leave to the stack. */
#ifndef FLASH_FLOW_H
#define FLASH_FLOW_H

#include "packet.h"

struct flow {
	struct address source;
	struct address destination;
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol;
	__u8 zero[3];
};

/* Whose packets have to stay in order. All fragments of a datagram have the same flow, that without ports. */
static __always_inline void packet__flow(const struct packet *packet, struct flow *flow)
{
	__be16 *ports = packet__ports(packet);

	__builtin_memset(flow, 0, sizeof(*flow));
	flow->source = packet__source(packet);
	flow->destination = packet__destination(packet);
	flow->protocol = packet->protocol;
	if (ports) {
		flow->source_port = ports[0];
		flow->destination_port = ports[1];
	}
}

/*
 * Whether a flow is of the version of IP that its packet is of. IPv6 with addresses like ::ffff:a.b.c.d would look like
 * IPv4; no host should send it.
 */
static __always_inline int flow__is_of(const struct flow *flow, const struct packet *packet)
{
	return address__is_v4(&flow->source) == packet->v4 && address__is_v4(&flow->destination) == packet->v4;
}

/* That of the other direction. */
static __always_inline void flow__reverse(const struct flow *flow, struct flow *reverse)
{
	__builtin_memset(reverse, 0, sizeof(*reverse));
	reverse->source = flow->destination;
	reverse->destination = flow->source;
	reverse->source_port = flow->destination_port;
	reverse->destination_port = flow->source_port;
	reverse->protocol = flow->protocol;
}

#define ND_ROUTER_SOLICITATION	133
#define ND_REDIRECT		137

/* What ARP is for IPv4. */
static __always_inline int packet__is_neighbour_discovery(const struct packet *packet)
{
	__u8 *type = packet->payload;

	return !packet->v4 && packet->protocol == IPPROTO_ICMPV6 && !packet->fragment &&
	       (void *)(type + 1) <= packet->end && *type >= ND_ROUTER_SOLICITATION && *type <= ND_REDIRECT;
}

/*
 * The one rule of programs that spread flows (xdp_cpumap, xsk_flow, xdp_balance): only what is of a flow is spread. The
 * rest is for the stack: what is no IP, such as ARP, or truncated; and neighbour discovery, without which nobody
 * finds a host by IPv6. Returns whether there is a flow.
 */
static __always_inline int packet__flow_to_spread(struct xdp_md *ctx, struct flow *flow)
{
	struct packet packet;

	if (packet__parse(ctx, &packet) != PACKET_IP || packet__is_neighbour_discovery(&packet))
		return 0;
	packet__flow(&packet, flow);
	return 1;
}

static __always_inline __u32 hash__mix(__u32 hash, __u32 word)
{
	hash ^= word * 0xcc9e2d51u;
	hash = (hash << 13) | (hash >> 19);
	return hash * 5 + 0xe6546b64u;
}

/*
 * The same for both directions of a flow, so that a function sees a connection whole. Not if addresses are translated
 * before: behind xdp_dnat a request has the backend's address, and a reply that of the service.
 */
static __always_inline __u32 flow__hash(const struct flow *flow)
{
	__u32 hash = flow->protocol;
	int i;

#pragma unroll
	for (i = 0; i < 4; i++)
		hash = hash__mix(hash, flow->source.words[i] ^ flow->destination.words[i]);
	hash = hash__mix(hash, flow->source_port ^ flow->destination_port);
	hash ^= hash >> 16;
	hash *= 0x85ebca6bu;
	hash ^= hash >> 13;
	hash *= 0xc2b2ae35u;
	return hash ^ (hash >> 16);
}

#endif
