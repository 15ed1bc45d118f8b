// SPDX-License-Identifier: GPL-2.0
/*
 * The same as xdp_metadata with the hash and the time of the device, where its driver has them. Such a program is loaded
 * for one device and is the only one there, in native mode; the kernel needs BTF of its own (CONFIG_DEBUG_INFO_BTF).
 */
#include "flow.h"
#include "packet_metadata.h"

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} hw_xsks SEC(".maps");

enum xdp_rss_hash_type {
	XDP_RSS_TYPE_NONE_OF_THIS_PROGRAM,
};

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash, enum xdp_rss_hash_type *type) __ksym;

SEC("xdp")
int xdp_metadata_hw(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index, hash = 0, flags = 0;
	struct packet_metadata *metadata;
	enum xdp_rss_hash_type type;
	struct packet packet;
	struct flow flow;
	__u64 time = 0;

	if (!bpf_map_lookup_elem(&hw_xsks, &queue))
		return XDP_PASS;
	if (!bpf_xdp_metadata_rx_hash(ctx, &hash, &type)) {
		flags |= METADATA_HW_HASH;
	} else if (packet__parse(ctx, &packet) == PACKET_IP) {
		packet__flow(&packet, &flow);
		hash = flow__hash(&flow);
	}
	/* Of a packet that it has not stamped, veth says that its time is 0. */
	if (!bpf_xdp_metadata_rx_timestamp(ctx, &time) && time != 0)
		flags |= METADATA_HW_TIME;
	else
		time = bpf_ktime_get_ns();
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*metadata)))
		return bpf_redirect_map(&hw_xsks, queue, XDP_PASS);
	metadata = (void *)(long)ctx->data_meta;
	if ((void *)(metadata + 1) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	metadata->time_ns = time;
	metadata->hash = hash;
	metadata->ifindex = ctx->ingress_ifindex;
	metadata->queue = queue;
	metadata->bytes = ctx->data_end - ctx->data;
	metadata->flags = flags;
	metadata->magic = METADATA_MAGIC;
	return bpf_redirect_map(&hw_xsks, queue, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
