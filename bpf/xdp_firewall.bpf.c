// SPDX-License-Identifier: GPL-2.0
/*
 * Drops what comes from blocked addresses, and IP packets that are truncated. Counts every source. What is no IP
 * passes: ARP above all.
 */
#include <xdp/xdp_helpers.h>
#include "next.h"
#include "packet.h"

struct prefix_v4 {
	__u32 length;
	__be32 address;
};

struct prefix_v6 {
	__u32 length;
	__u8 address[16];
};

struct source_count {
	__u64 passed;
	__u64 dropped;
	__u64 bytes;
};

enum firewall_counter {
	FIREWALL_PASSED,
	FIREWALL_BLOCKED,
	FIREWALL_TRUNCATED,
	FIREWALL_NOT_IP,
	FIREWALL_COUNTERS,
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix_v4);
	__type(value, __u8);
} fw_blocked_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix_v6);
	__type(value, __u8);
} fw_blocked_v6 SEC(".maps");

/* Who floods from many addresses displaces other sources, and takes no more memory. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct address);
	__type(value, struct source_count);
} fw_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FIREWALL_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} fw_counters SEC(".maps");

NEXT_PROGRAM(fw_next);

struct {
	__uint(priority, 10);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(xdp_firewall);

static __always_inline int firewall__blocks_v4(__be32 address)
{
	struct prefix_v4 key = { 32, address };

	return !!bpf_map_lookup_elem(&fw_blocked_v4, &key);
}

/* An IPv6 address like ::ffff:a.b.c.d is also that of IPv4: who is blocked gets in by neither. */
static __always_inline int firewall__blocks(const struct packet *packet)
{
	struct prefix_v6 key = { .length = 128 };
	struct address source = packet__source(packet);

	if (address__is_v4(&source) && firewall__blocks_v4(source.words[3]))
		return 1;
	if (packet->v4)
		return 0;
	__builtin_memcpy(key.address, &source, sizeof(key.address));
	return !!bpf_map_lookup_elem(&fw_blocked_v6, &key);
}

static __always_inline void firewall__count_source(const struct packet *packet, int blocked, __u64 bytes)
{
	struct address source = packet__source(packet);
	struct source_count *count = bpf_map_lookup_elem(&fw_sources, &source);

	if (!count) {
		struct source_count none = {};

		bpf_map_update_elem(&fw_sources, &source, &none, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&fw_sources, &source);
		if (!count)
			return;
	}
	if (blocked)
		count->dropped++;
	else
		count->passed++;
	count->bytes += bytes;
}

static __always_inline int firewall__verdict(struct xdp_md *ctx, __u32 counter)
{
	__u64 *count = bpf_map_lookup_elem(&fw_counters, &counter);

	if (count)
		(*count)++;
	if (counter == FIREWALL_BLOCKED || counter == FIREWALL_TRUNCATED)
		return XDP_DROP;
	return next__pass(ctx, &fw_next);
}

SEC("xdp.frags")
int xdp_firewall(struct xdp_md *ctx)
{
	struct packet packet;
	int blocked;

	switch (packet__parse(ctx, &packet)) {
	case PACKET_OTHER:
		return firewall__verdict(ctx, FIREWALL_NOT_IP);
	case PACKET_TRUNCATED:
		return firewall__verdict(ctx, FIREWALL_TRUNCATED);
	case PACKET_IP:
		break;
	}

	blocked = firewall__blocks(&packet);
	firewall__count_source(&packet, blocked, bpf_xdp_get_buff_len(ctx));
	return firewall__verdict(ctx, blocked ? FIREWALL_BLOCKED : FIREWALL_PASSED);
}

char LICENSE[] SEC("license") = "GPL";
