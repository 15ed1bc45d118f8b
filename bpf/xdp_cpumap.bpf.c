// SPDX-License-Identifier: GPL-2.0
/*
 * Spreads flows over processors by their hash. On each, a second program sends packets out of the device that the
 * devmap has for that processor, behind which may be a chain of its own; without one they go to the stack, there. What is of
 * no flow goes to the stack at once.
 *
 * Not to AF_XDP sockets directly: in a cpumap packets are of no queue, and two processors would use the rings of queue 0
 * at once.
 */
#include <xdp/xdp_helpers.h>
#include "flow.h"

#define CPUS	64

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, CPUS);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} cpumap_cpus SEC(".maps");

/* The first says how many processors there are to choose from, the others which. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CPUS + 1);
	__type(key, __u32);
	__type(value, __u32);
} cpumap_chosen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, CPUS);
	__type(key, __u32);
	__type(value, __u32);
} cpumap_devs SEC(".maps");

/* By processor: packets that the second program has seen there. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} cpumap_seen SEC(".maps");

struct {
	__uint(priority, 40);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_cpumap);

SEC("xdp.frags")
int xdp_cpumap(struct xdp_md *ctx)
{
	__u32 key = 0, *count = bpf_map_lookup_elem(&cpumap_chosen, &key), *cpu;
	struct flow flow;

	if (!count || !*count || !packet__flow_to_spread(ctx, &flow))
		return XDP_PASS;
	key = 1 + flow__hash(&flow) % *count;
	cpu = bpf_map_lookup_elem(&cpumap_chosen, &key);
	return cpu ? bpf_redirect_map(&cpumap_cpus, *cpu, XDP_PASS) : XDP_PASS;
}

SEC("xdp.frags/cpumap")
int xdp_on_cpu(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *seen = bpf_map_lookup_elem(&cpumap_seen, &zero);

	(void)ctx;
	if (seen)
		(*seen)++;
	return bpf_redirect_map(&cpumap_devs, bpf_get_smp_processor_id(), XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
