// SPDX-License-Identifier: GPL-2.0
/*
 * Hands packets to the AF_XDP socket of their queue with what is known of them in the bytes before: when they came,
 * where, how long they are and the hash of their flow. Works with every driver that leaves room for metadata.
 */
#include <xdp/xdp_helpers.h>
#include "flow.h"
#include "packet_metadata.h"

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} meta_xsks SEC(".maps");

struct {
	__uint(priority, 50);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_metadata);

SEC("xdp.frags")
int xdp_metadata(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index, hash = 0;
	struct packet_metadata *metadata;
	struct packet packet;
	struct flow flow;

	/* For the stack without: it would take the metadata for its own. */
	if (!bpf_map_lookup_elem(&meta_xsks, &queue))
		return XDP_PASS;
	if (packet__parse(ctx, &packet) == PACKET_IP) {
		packet__flow(&packet, &flow);
		hash = flow__hash(&flow);
	}
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*metadata)))
		return bpf_redirect_map(&meta_xsks, queue, XDP_PASS);
	metadata = (void *)(long)ctx->data_meta;
	if ((void *)(metadata + 1) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	metadata->time_ns = bpf_ktime_get_ns();
	metadata->hash = hash;
	metadata->ifindex = ctx->ingress_ifindex;
	metadata->queue = queue;
	metadata->bytes = bpf_xdp_get_buff_len(ctx);
	metadata->flags = 0;
	metadata->magic = METADATA_MAGIC;
	return bpf_redirect_map(&meta_xsks, queue, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
