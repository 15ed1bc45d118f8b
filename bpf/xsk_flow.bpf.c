// SPDX-License-Identifier: GPL-2.0
/*
 * Spreads the flows of a queue over several AF_XDP sockets that are bound to it, the first functions of a chain each.
 * Both directions of a connection go to the same one, unless xdp_dnat comes before. The kernel takes a socket that
 * closes out of the map, and its flows find another; if none is left, packets pass.
 */
#include <xdp/xdp_helpers.h>
#include "flow.h"

#define QUEUES		64
#define SOCKETS_A_QUEUE	16

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, QUEUES * SOCKETS_A_QUEUE);
	__type(key, __u32);
	__type(value, __u32);
} flow_xsks SEC(".maps");

/* How many sockets each queue has; its first one has the key queue * 16. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, QUEUES);
	__type(key, __u32);
	__type(value, __u32);
} flow_sockets SEC(".maps");

struct {
	__uint(priority, 50);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xsk_flow);

/* The key of a socket that is there, if any is. What a closed one leaves is spread over the others. */
static __always_inline __u32 flow__key(__u32 queue, __u32 sockets, __u32 hash)
{
	__u32 first = queue * SOCKETS_A_QUEUE, wanted = first + hash % sockets, attempt;

	if (bpf_map_lookup_elem(&flow_xsks, &wanted))
		return wanted;
	for (attempt = 0; attempt < SOCKETS_A_QUEUE; attempt++) {
		__u32 key = first + (hash / sockets + attempt) % sockets;

		if (bpf_map_lookup_elem(&flow_xsks, &key))
			return key;
	}
	return wanted;
}

SEC("xdp.frags")
int xsk_flow(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index, *sockets = bpf_map_lookup_elem(&flow_sockets, &queue);
	struct flow flow;

	if (!sockets || !*sockets || *sockets > SOCKETS_A_QUEUE || !packet__flow_to_spread(ctx, &flow))
		return XDP_PASS;
	return bpf_redirect_map(&flow_xsks, flow__key(queue, *sockets, flow__hash(&flow)), XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
