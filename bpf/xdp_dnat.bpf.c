// SPDX-License-Identifier: GPL-2.0
/*
 * DNAT: what is sent to the address and port of a service goes to its backend, and what the backend answers comes
 * from the service. Attached to the device that clients are behind, and to the one that backends are behind, with the
 * same maps; a request passes it once. TCP and UDP, and the ICMP errors about them. All fragments of a datagram pass as
 * they are, because only the first has ports.
 */
#include <xdp/xdp_helpers.h>
#include "checksum.h"
#include "dnat.h"
#include "next.h"
#include "quoted.h"

enum dnat_counter {
	DNAT_REQUESTS,
	DNAT_REPLIES,
	DNAT_FRAGMENTS,
	DNAT_UNMATCHED,
	DNAT_ERRORS,		/* of ICMP, translated */
	DNAT_UNTRACKED,		/* requests that were dropped: there was no room for how to translate the reply */
	DNAT_COUNTERS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DNAT_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} dnat_counters SEC(".maps");

NEXT_PROGRAM(dnat_next);

struct {
	__uint(priority, 20);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_dnat);

static __always_inline void dnat__count(__u32 counter)
{
	__u64 *count = bpf_map_lookup_elem(&dnat_counters, &counter);

	if (count)
		(*count)++;
}

static __always_inline int dnat__pass(struct xdp_md *ctx, __u32 counter)
{
	dnat__count(counter);
	return next__pass(ctx, &dnat_next);
}

/* Puts another address into a packet, and returns how checksums change that cover it. */
static __always_inline __u32 dnat__replace_address(const struct packet *packet, void *field,
						   const struct address *address)
{
	__be32 *words = field;
	__u32 change = 0;
	int i;

	if (packet->v4) {
		change = checksum__change(0, words[0], address->words[3]);
		packet->ip->check = checksum__apply(packet->ip->check, change);
		words[0] = address->words[3];
		return change;
	}
#pragma unroll
	for (i = 0; i < 4; i++) {
		change = checksum__change(change, words[i], address->words[i]);
		words[i] = address->words[i];
	}
	return change;
}

/* The same with a port, and the checksum of TCP or UDP that covers both, if it is there. */
static __always_inline __u32 dnat__translate(const struct packet *packet, __u16 *check, __be16 *port, void *field,
					     const struct endpoint *to)
{
	__u32 change = dnat__replace_address(packet, field, &to->address);

	change += checksum__change(0, *port, to->port);
	*port = to->port;
	if (check)
		*check = packet->protocol == IPPROTO_UDP ? checksum__apply_udp(*check, change) :
							   checksum__apply(*check, change);
	return change;
}

static __always_inline void *packet__source_field(const struct packet *packet)
{
	return packet->v4 ? (void *)&packet->ip->saddr : (void *)&packet->ip6->saddr;
}

static __always_inline void *packet__destination_field(const struct packet *packet)
{
	return packet->v4 ? (void *)&packet->ip->daddr : (void *)&packet->ip6->daddr;
}

static __always_inline void dnat__set_next_hop(const struct packet *packet, const struct endpoint *backend)
{
	const __u8 *mac = backend->mac;

	if (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5])
		__builtin_memcpy(packet->eth->h_dest, mac, ETH_ALEN);
}

static __always_inline int dnat__packet(struct xdp_md *ctx, const struct packet *packet)
{
	__be16 *ports = packet__ports(packet);
	struct translation *known;
	struct endpoint *backend;
	struct flow flow;
	__u16 *check;

	if (!ports)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	check = packet__checksum(packet);
	if (!check)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	packet__flow(packet, &flow);
	if (!flow__is_of(&flow, packet))
		return dnat__pass(ctx, DNAT_UNMATCHED);

	backend = dnat__backend(&flow);
	if (backend) {
		if (dnat__remember(&flow, backend)) {
			dnat__count(DNAT_UNTRACKED);
			return XDP_DROP;
		}
		dnat__translate(packet, check, &ports[1], packet__destination_field(packet), backend);
		dnat__set_next_hop(packet, backend);
		return dnat__pass(ctx, DNAT_REQUESTS);
	}

	known = dnat__find(&flow);
	if (!known) {
		dnat__forget(&flow);
		return dnat__pass(ctx, DNAT_UNMATCHED);
	}
	dnat__use(known);
	dnat__translate(packet, check, &ports[0], packet__source_field(packet), &known->service);
	return dnat__pass(ctx, DNAT_REPLIES);
}

/* Translates what an error quotes, and the address of the error itself that goes with it, if there is one. */
static __always_inline void dnat__translate_error(const struct packet *error, void *field, const struct packet *quoted,
						  __be16 *port, void *quoted_field, const struct endpoint *to)
{
	struct icmp_error *icmp = error->payload;
	__u16 *check = packet__checksum(quoted);
	__u16 ip_was = quoted->v4 ? quoted->ip->check : 0, was = check ? *check : 0;
	__u32 change = dnat__translate(quoted, check, port, quoted_field, to);

	if (quoted->v4)
		change = checksum__change(change, ip_was, quoted->ip->check);
	if (check)
		change = checksum__change(change, was, *check);
	if (field) {
		__u32 of_address = dnat__replace_address(error, field, &to->address);

		/* The checksum of ICMPv6 covers the addresses. */
		if (!error->v4)
			change += of_address;
	}
	icmp->check = checksum__apply(icmp->check, change);
}

/*
 * Somebody could not deliver a reply, and says so to the service, or a request, and says so to the client, who knows
 * of no backend. Without it neither learns how large packets may be.
 */
static __always_inline int dnat__error(struct xdp_md *ctx, const struct packet *error)
{
	struct address source = packet__source(error), destination = packet__destination(error);
	struct flow flow, reverse, reply;
	struct translation *known;
	struct endpoint *backend;
	struct packet quoted;
	__be16 *ports;

	if (!quoted__parse(error, &quoted))
		return dnat__pass(ctx, DNAT_UNMATCHED);
	ports = packet__ports(&quoted);
	if (!ports)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	packet__flow(&quoted, &flow);
	if (!flow__is_of(&flow, &quoted) || !address__equals(&flow.source, &destination))
		return dnat__pass(ctx, DNAT_UNMATCHED);

	/* About a reply, as the client was to see it: the other direction is a request to the service. */
	flow__reverse(&flow, &reverse);
	backend = dnat__backend(&reverse);
	if (backend) {
		dnat__reply(&reverse, backend, &reply);
		known = dnat__find(&reply);
		if (!known || known->service.port != reverse.destination_port ||
		    !address__equals(&known->service.address, &reverse.destination))
			return dnat__pass(ctx, DNAT_UNMATCHED);
		dnat__translate_error(error, packet__destination_field(error), &quoted, &ports[0],
				      packet__source_field(&quoted), backend);
		dnat__set_next_hop(error, backend);
		return dnat__pass(ctx, DNAT_ERRORS);
	}

	/* About a request, as the backend was to see it. It may be the backend that says it. */
	known = dnat__find(&reverse);
	if (!known)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	dnat__translate_error(error, address__equals(&source, &flow.destination) ? packet__source_field(error) : NULL,
			      &quoted, &ports[1], packet__destination_field(&quoted), &known->service);
	return dnat__pass(ctx, DNAT_ERRORS);
}

SEC("xdp.frags")
int xdp_dnat(struct xdp_md *ctx)
{
	struct packet packet;

	if (packet__parse(ctx, &packet) != PACKET_IP)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	if (packet.fragment)
		return dnat__pass(ctx, DNAT_FRAGMENTS);
	if (packet.protocol == (packet.v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return dnat__error(ctx, &packet);
	return dnat__packet(ctx, &packet);
}

char LICENSE[] SEC("license") = "GPL";
