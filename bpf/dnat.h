/* SPDX-License-Identifier: GPL-2.0 */
/* What xdp_dnat knows: where requests to a service go, and how the replies to those there were are translated. */
#ifndef FLASH_DNAT_H
#define FLASH_DNAT_H

#include "flow.h"

/* For how long without a packet a translation counts: what RFC 5382 and RFC 4787 recommend. */
#define NS_PER_S	1000000000ll
#define TCP_IDLE_NS	(7440 * NS_PER_S)
#define UDP_IDLE_NS	(300 * NS_PER_S)

struct service {
	struct address address;
	__be16 port;
	__u8 protocol;
	__u8 zero;
};

/* Where requests go, and at the same time where a reply has to come from. */
struct endpoint {
	struct address address;
	__be16 port;
	__u8 mac[ETH_ALEN];	/* of the next hop, all zero to leave the one that is there */
};

/* What the client of a reply believes to talk to. */
struct translation {
	struct endpoint service;
	__u64 used_ns;		/* when a packet was translated by it, give or take a second */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct service);
	__type(value, struct endpoint);
} dnat_services SEC(".maps");

/* By what a reply looks like. The translations that were used last, if there are more than it takes. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow);
	__type(value, struct translation);
} dnat_flows SEC(".maps");

static __always_inline int endpoint__equals(const struct endpoint *endpoint, const struct endpoint *other)
{
	return endpoint->port == other->port && address__equals(&endpoint->address, &other->address);
}

/* NULL if there is none that still counts. */
static __always_inline struct translation *dnat__find(const struct flow *reply)
{
	/* Another processor may use it a moment after this one has read the clock. */
	__s64 now = bpf_ktime_get_coarse_ns(), idle;
	struct translation *known = bpf_map_lookup_elem(&dnat_flows, reply);

	if (!known)
		return NULL;
	idle = now - known->used_ns;
	return idle > (reply->protocol == IPPROTO_TCP ? TCP_IDLE_NS : UDP_IDLE_NS) ? NULL : known;
}

/* Writes only once a second, because others read it. */
static __always_inline void dnat__use(struct translation *known)
{
	__s64 now = bpf_ktime_get_coarse_ns();

	if (now - (__s64)known->used_ns > NS_PER_S)
		known->used_ns = now;
}

/* What the reply to a request of a client looks like. */
static __always_inline void dnat__reply(const struct flow *request, const struct endpoint *backend, struct flow *reply)
{
	flow__reverse(request, reply);
	reply->source = backend->address;
	reply->source_port = backend->port;
}

static __always_inline int dnat__remember(const struct flow *request, const struct endpoint *backend)
{
	struct translation translation = {
		.service = { .address = request->destination, .port = request->destination_port },
	}, *known;
	struct flow reply;

	dnat__reply(request, backend, &reply);
	/* A client may use a port again for another service of the same backend: the last one counts. */
	known = dnat__find(&reply);
	if (known && endpoint__equals(&known->service, &translation.service)) {
		dnat__use(known);
		return 0;
	}
	translation.used_ns = bpf_ktime_get_coarse_ns();
	return bpf_map_update_elem(&dnat_flows, &reply, &translation, BPF_ANY);
}

/* A client that talks to a backend itself wants to be answered by it, whatever its port was used for before. */
static __always_inline void dnat__forget(const struct flow *request)
{
	struct flow reply;

	flow__reverse(request, &reply);
	/* Deleting takes a lock, also if there is nothing. */
	if (bpf_map_lookup_elem(&dnat_flows, &reply))
		bpf_map_delete_elem(&dnat_flows, &reply);
}

/* Of a packet that goes to a service, its backend. */
static __always_inline struct endpoint *dnat__backend(const struct flow *request)
{
	struct service service = {
		.address = request->destination, .port = request->destination_port, .protocol = request->protocol,
	};
	struct endpoint *backend = bpf_map_lookup_elem(&dnat_services, &service);

	return backend && address__is_v4(&backend->address) == address__is_v4(&service.address) ? backend : NULL;
}

#endif
