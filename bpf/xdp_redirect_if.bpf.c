// SPDX-License-Identifier: GPL-2.0
/*
 * Sends every packet out of the device whose index is in the map, one at a time. A devmap (xdp_redirect_map) sends
 * batches, and takes only devices that are there.
 */
#include <xdp/xdp_helpers.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} redirect_if SEC(".maps");

struct {
	__uint(priority, 40);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_redirect_if);

SEC("xdp.frags")
int xdp_redirect_if(struct xdp_md *ctx)
{
	__u32 zero = 0, *ifindex = bpf_map_lookup_elem(&redirect_if, &zero);

	(void)ctx;
	return ifindex && *ifindex ? bpf_redirect(*ifindex, 0) : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
