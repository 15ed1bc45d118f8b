// SPDX-License-Identifier: GPL-2.0
/*
 * Sends a copy of every packet out of each device in the map but the one it came in on. Packets of several buffers pass,
 * and so do all if no other device is in the map: the kernel would free what it sends to nobody.
 */
#include <xdp/xdp_helpers.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define DEVICES	64

/* Who fills it takes the first entries that are free. A device that goes leaves its entry empty. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, DEVICES);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} broadcast_devs SEC(".maps");

struct {
	__uint(priority, 40);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_broadcast);

static __always_inline int broadcast__has_other(__u32 ifindex)
{
	__u32 at;

	for (at = 0; at < DEVICES; at++) {
		__u32 key = at;
		struct bpf_devmap_val *device = bpf_map_lookup_elem(&broadcast_devs, &key);

		if (device && device->ifindex != ifindex)
			return 1;
	}
	return 0;
}

SEC("xdp.frags")
int xdp_broadcast(struct xdp_md *ctx)
{
	/* The kernel copies the first buffer of a packet only. */
	if (bpf_xdp_get_buff_len(ctx) > ctx->data_end - ctx->data)
		return XDP_PASS;
	if (!broadcast__has_other(ctx->ingress_ifindex))
		return XDP_PASS;
	return bpf_redirect_map(&broadcast_devs, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

char LICENSE[] SEC("license") = "GPL";
