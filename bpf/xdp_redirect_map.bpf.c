// SPDX-License-Identifier: GPL-2.0
/* Sends what comes in on a device out of the one that the map has for it. What comes in elsewhere passes. */
#include <xdp/xdp_helpers.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} redirect_devs SEC(".maps");

struct {
	__uint(priority, 40);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_redirect_map);

SEC("xdp.frags")
int xdp_redirect_map(struct xdp_md *ctx)
{
	return bpf_redirect_map(&redirect_devs, ctx->ingress_ifindex, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
