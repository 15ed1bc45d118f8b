// SPDX-License-Identifier: GPL-2.0
/*
 * DNAT: what is sent to the address and port of a service goes to its backend, and what the backend answers comes
 * from the service. Attached to the device that clients are behind, and to the one that backends are behind, with the
 * same maps. TCP and UDP. All fragments of a datagram pass as they are, because only the first has ports.
 */
#include <xdp/xdp_helpers.h>
#include "checksum.h"
#include "next.h"

struct service {
	struct address address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

/* Where requests go, and at the same time where a reply has to come from. */
struct endpoint {
	struct address address;
	__be16 port;
	__u8 mac[ETH_ALEN];	/* of the next hop, all zero to leave the one that is there */
};

enum dnat_counter {
	DNAT_REQUESTS,
	DNAT_REPLIES,
	DNAT_FRAGMENTS,
	DNAT_UNMATCHED,
	DNAT_COUNTERS,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct service);
	__type(value, struct endpoint);
} dnat_services SEC(".maps");

/* By what a reply looks like, the service that the client sees. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow);
	__type(value, struct endpoint);
} dnat_flows SEC(".maps");

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

static __always_inline int dnat__pass(struct xdp_md *ctx, __u32 counter)
{
	__u64 *count = bpf_map_lookup_elem(&dnat_counters, &counter);

	if (count)
		(*count)++;
	return next__pass(ctx, &dnat_next);
}

static __always_inline int endpoint__equals(const struct endpoint *endpoint, const struct address *address, __be16 port)
{
	int i, equal = endpoint->port == port;

#pragma unroll
	for (i = 0; i < 4; i++)
		equal &= endpoint->address.words[i] == address->words[i];
	return equal;
}

static __always_inline int address__is_v4(const struct address *address)
{
	return !address->words[0] && !address->words[1] && address->words[2] == bpf_htonl(0xffff);
}

/* Puts another address and port into a packet, and returns how its checksums change. */
static __always_inline __u32 dnat__replace(const struct packet *packet, __be16 *port, void *field,
					   const struct endpoint *to)
{
	__u32 change = checksum__change(0, *port, to->port);
	__be32 *words = field;
	int i;

	*port = to->port;
	if (packet->v4) {
		__u32 of_address = checksum__change(0, words[0], to->address.words[3]);

		packet->ip->check = checksum__apply(packet->ip->check, of_address);
		words[0] = to->address.words[3];
		return change + of_address;
	}
#pragma unroll
	for (i = 0; i < 4; i++) {
		change = checksum__change(change, words[i], to->address.words[i]);
		words[i] = to->address.words[i];
	}
	return change;
}

static __always_inline void dnat__translate(const struct packet *packet, __u16 *check, __be16 *port, void *field,
					    const struct endpoint *to)
{
	__u32 change = dnat__replace(packet, port, field, to);

	*check = packet->protocol == IPPROTO_UDP ? checksum__apply_udp(*check, change) : checksum__apply(*check, change);
}

static __always_inline void dnat__remember(const struct flow *request, const struct endpoint *backend)
{
	struct endpoint service = { .address = request->destination, .port = request->destination_port }, *known;
	struct flow reply = {
		.source = backend->address,
		.destination = request->source,
		.source_port = backend->port,
		.destination_port = request->source_port,
		.protocol = request->protocol,
	};

	/* A client may use a port again for another service of the same backend: the last one counts. */
	known = bpf_map_lookup_elem(&dnat_flows, &reply);
	if (!known || !endpoint__equals(known, &service.address, service.port))
		bpf_map_update_elem(&dnat_flows, &reply, &service, BPF_ANY);
}

SEC("xdp.frags")
int xdp_dnat(struct xdp_md *ctx)
{
	struct service service = {};
	struct endpoint *backend, *seen;
	struct packet packet;
	struct flow flow;
	__u16 *check;
	__be16 *ports;

	if (packet__parse(ctx, &packet) != PACKET_IP)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	if (packet.fragment)
		return dnat__pass(ctx, DNAT_FRAGMENTS);
	ports = packet__ports(&packet);
	if (!ports)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	check = packet__checksum(&packet);
	if (!check)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	packet__flow(&packet, &flow);

	service.address = flow.destination;
	service.port = flow.destination_port;
	service.protocol = flow.protocol;
	backend = bpf_map_lookup_elem(&dnat_services, &service);
	if (backend && address__is_v4(&backend->address) == packet.v4) {
		dnat__remember(&flow, backend);
		dnat__translate(&packet, check, &ports[1],
				packet.v4 ? (void *)&packet.ip->daddr : (void *)&packet.ip6->daddr, backend);
		if (backend->mac[0] | backend->mac[1] | backend->mac[2] | backend->mac[3] | backend->mac[4] |
		    backend->mac[5])
			__builtin_memcpy(packet.eth->h_dest, backend->mac, ETH_ALEN);
		return dnat__pass(ctx, DNAT_REQUESTS);
	}

	seen = bpf_map_lookup_elem(&dnat_flows, &flow);
	if (!seen)
		return dnat__pass(ctx, DNAT_UNMATCHED);
	dnat__translate(&packet, check, &ports[0],
			packet.v4 ? (void *)&packet.ip->saddr : (void *)&packet.ip6->saddr, seen);
	return dnat__pass(ctx, DNAT_REPLIES);
}

char LICENSE[] SEC("license") = "GPL";
