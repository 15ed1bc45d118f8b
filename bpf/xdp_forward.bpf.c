// SPDX-License-Identifier: GPL-2.0
/*
 * A function in the kernel: does to a packet of EtherType 0x88b5 what a stage of hops does, and hands
 * it to the device in the map.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PACKET_HOPS	32

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} devices SEC(".maps");

SEC("xdp")
int xdp_forward(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	unsigned char *bytes = data, address[ETH_ALEN];
	struct ethhdr *eth = data;

	if (data + PACKET_HOPS + 1 > end || eth->h_proto != bpf_htons(0x88b5))
		return XDP_PASS;

	__builtin_memcpy(address, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, address, ETH_ALEN);
	bytes[PACKET_HOPS]++;

	return bpf_redirect_map(&devices, 0, XDP_ABORTED);
}

char LICENSE[] SEC("license") = "GPL";
