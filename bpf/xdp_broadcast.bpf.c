// SPDX-License-Identifier: GPL-2.0
/* Sends a copy of every packet out of each device in the map but the one it came in on. Packets of several buffers pass. */
#include <xdp/xdp_helpers.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} broadcast_devs SEC(".maps");

struct {
	__uint(priority, 40);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_broadcast);

SEC("xdp.frags")
int xdp_broadcast(struct xdp_md *ctx)
{
	/* The kernel copies the first buffer of a packet only. */
	if (bpf_xdp_get_buff_len(ctx) > ctx->data_end - ctx->data)
		return XDP_PASS;
	return bpf_redirect_map(&broadcast_devs, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

char LICENSE[] SEC("license") = "GPL";
