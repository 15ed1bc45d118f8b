// SPDX-License-Identifier: GPL-2.0
/*
 * Gives every packet the verdict in the map: XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, for which it is addressed to its
 * sender, or XDP_REDIRECT, which without a target is an error that the kernel traces and drops. Packets pass until
 * somebody has set one.
 */
#include <xdp/xdp_helpers.h>
#include "next.h"
#include "packet.h"

/* A verdict plus one; 0, which is what nobody has set. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} verdict SEC(".maps");

NEXT_PROGRAM(verdict_next);

struct {
	__uint(priority, 30);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_verdict);

SEC("xdp.frags")
int xdp_verdict(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	__u8 address[ETH_ALEN];
	__u32 zero = 0, *wanted = bpf_map_lookup_elem(&verdict, &zero);

	if (!wanted || !*wanted)
		return next__pass(ctx, &verdict_next);
	switch (*wanted - 1) {
	case XDP_DROP:
		return XDP_DROP;
	case XDP_PASS:
		return next__pass(ctx, &verdict_next);
	case XDP_REDIRECT:
		return XDP_REDIRECT;
	case XDP_TX:
		if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
			return XDP_DROP;
		__builtin_memcpy(address, eth->h_dest, ETH_ALEN);
		__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
		__builtin_memcpy(eth->h_source, address, ETH_ALEN);
		return XDP_TX;
	default:
		return XDP_ABORTED;
	}
}

char LICENSE[] SEC("license") = "GPL";
