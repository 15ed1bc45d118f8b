// SPDX-License-Identifier: GPL-2.0
/*
 * Spreads the flows of a queue over several AF_XDP sockets that are bound to it, the first functions of a chain each.
 * Both directions of a connection go to the same one.
 */
#include <xdp/xdp_helpers.h>
#include "packet.h"

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

SEC("xdp.frags")
int xsk_flow(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index, *sockets = bpf_map_lookup_elem(&flow_sockets, &queue);
	struct flow flow;

	if (!sockets || !*sockets || *sockets > SOCKETS_A_QUEUE || !packet__flow_to_spread(ctx, &flow))
		return XDP_PASS;
	return bpf_redirect_map(&flow_xsks, queue * SOCKETS_A_QUEUE + flow__hash(&flow) % *sockets, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
