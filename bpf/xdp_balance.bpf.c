// SPDX-License-Identifier: GPL-2.0
/*
 * A load balancer in front of replicas of a chain, whose first functions are AF_XDP sockets on the queue. A table of
 * Maglev's maps hashes to replicas, so that only few flows move when one comes or goes; and a flow that has a replica
 * keeps it for as long as that is there. A replica whose socket has closed gets nothing: its flows find another, also if
 * that is the only one. If none is left, packets pass.
 */
#include <xdp/xdp_helpers.h>
#include "flow.h"

#define QUEUES		64
#define REPLICAS	16
#define TABLE		1021	/* a prime */
#define ATTEMPTS	8

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, QUEUES * REPLICAS);
	__type(key, __u32);
	__type(value, __u32);
} lb_xsks SEC(".maps");

/* A replica, or any other number for none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TABLE);
	__type(key, __u32);
	__type(value, __u32);
} lb_table SEC(".maps");

/* By replica: whether it gets new flows. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REPLICAS);
	__type(key, __u32);
	__type(value, __u32);
} lb_spread SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow);
	__type(value, __u32);
} lb_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REPLICAS);
	__type(key, __u32);
	__type(value, __u64);
} lb_packets SEC(".maps");

struct {
	__uint(priority, 50);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_balance);

static __always_inline int lb__is_there(__u32 queue, __u32 replica)
{
	__u32 key = queue * REPLICAS + replica;

	return queue < QUEUES && replica < REPLICAS && bpf_map_lookup_elem(&lb_xsks, &key);
}

/*
 * For when the table has named none that is there: asks all replicas, in one of several orders, so that what the dead
 * leave does not all go to the next one. Each odd step visits all, because their number is a power of two.
 */
static __always_inline __u32 lb__choose_any(__u32 queue, __u32 hash)
{
	__u32 at = hash / TABLE, step = hash >> 27 | 1;
	int attempt;

	for (attempt = 0; attempt < REPLICAS; attempt++) {
		__u32 replica = (at + attempt * step) % REPLICAS, *spread = bpf_map_lookup_elem(&lb_spread, &replica);

		if (spread && *spread && lb__is_there(queue, replica))
			return replica;
	}
	return REPLICAS;
}

static __always_inline __u32 lb__choose(__u32 queue, __u32 hash)
{
	int attempt;

	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		__u32 slot = (hash + attempt * 127) % TABLE, *replica = bpf_map_lookup_elem(&lb_table, &slot);

		if (replica && lb__is_there(queue, *replica))
			return *replica;
	}
	return lb__choose_any(queue, hash);
}

static __always_inline int lb__send(__u32 queue, __u32 replica)
{
	__u64 *packets = bpf_map_lookup_elem(&lb_packets, &replica);

	if (packets)
		(*packets)++;
	return bpf_redirect_map(&lb_xsks, queue * REPLICAS + replica, XDP_PASS);
}

/* Both directions have the same entry: that with the lower address first. */
static __always_inline void lb__normalize(struct flow *flow)
{
	int i, swap = flow->source_port > flow->destination_port;

#pragma unroll
	for (i = 0; i < 4; i++) {
		if (flow->source.words[i] != flow->destination.words[i])
			swap = flow->source.words[i] > flow->destination.words[i];
	}
	if (swap) {
		struct address address = flow->source;
		__be16 port = flow->source_port;

		flow->source = flow->destination;
		flow->destination = address;
		flow->source_port = flow->destination_port;
		flow->destination_port = port;
	}
}

SEC("xdp.frags")
int xdp_balance(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index, replica, *known;
	struct flow flow;

	if (!packet__flow_to_spread(ctx, &flow))
		return XDP_PASS;
	lb__normalize(&flow);
	known = bpf_map_lookup_elem(&lb_flows, &flow);
	if (known && lb__is_there(queue, *known))
		return lb__send(queue, *known);

	replica = lb__choose(queue, flow__hash(&flow));
	if (replica >= REPLICAS)
		return XDP_PASS;
	bpf_map_update_elem(&lb_flows, &flow, &replica, BPF_ANY);
	return lb__send(queue, replica);
}

char LICENSE[] SEC("license") = "GPL";
