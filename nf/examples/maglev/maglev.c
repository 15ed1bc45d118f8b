// SPDX-License-Identifier: MIT
/* Spreads flows over backends: see README.md. */
#include <ctype.h>
#include <flash_headers.h>

#include "../program/program.h"
#include "lookup.h"

enum { mac_len = 6, least_inner = 8, fragment6 = 44 };
/* Of ICMP the errors; those of IPv6 are below the queries. */
enum { unreachable = 3, time_exceeded = 11, bad_parameter = 12, query6 = 128 };

struct balancer {
	struct backend backends[most_backends];
	__u32 count, with_mac;
	__u64 seed;
	__u8 slots[lookup_size];
	__u32 filled_for;	/* as many edges; 0: nobody can be chosen */
	__u64 other, malformed, unserved;
};

/* What packets of a flow have in common. Only one fragment of several has ports, so that none may count. */
struct flow {
	__u8 version, protocol;
	__u8 addresses[32];
	__u8 ports[4];
};

static void copy_ends(__u8 *to, const __u8 *from, __u32 len, bool turned)
{
	memcpy(to, from + (turned ? len : 0), len);
	memcpy(to + len, from + (turned ? 0 : len), len);
}

/* Of a packet, or of one the other way. */
static struct flow flow_at(const __u8 *ip, const __u8 *transport, __u8 protocol, bool fragment, bool turned)
{
	struct flow flow = { .version = ip[0] >> 4 };
	bool is_v4 = flow.version == 4;

	copy_ends(flow.addresses, ip + (is_v4 ? 12 : 8), is_v4 ? 4 : 16, turned);
	if (fragment)
		return flow;
	flow.protocol = protocol;
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)
		copy_ends(flow.ports, transport, 2, turned);
	return flow;
}

static bool is_error(const __u8 *data, const struct flash_headers *headers)
{
	__u8 type;

	if (headers->fragment ||
	    headers->protocol != (headers->version == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return false;
	type = data[headers->transport];
	return headers->version == 4 ? type == unreachable || type == time_exceeded || type == bad_parameter :
				       type < query6;
}

/* The packet that an error is about went from a backend to who is to be served. NULL: not enough is there. */
static const __u8 *inner_transport(const __u8 *ip, __u32 len, __u8 version)
{
	__u32 header_len = version == 4 ? 20 : 40;

	if (len < header_len + least_inner || ip[0] >> 4 != version)
		return NULL;
	if (version == 4)
		header_len = (ip[0] & 15) * 4;
	return header_len >= 20 && len >= header_len + least_inner ? ip + header_len : NULL;
}

static struct flow flow_of(const __u8 *data, const struct flash_headers *headers)
{
	const __u8 *inner = data + headers->payload, *transport = NULL;
	bool is_v4 = headers->version == 4;

	if (is_error(data, headers))
		transport = inner_transport(inner, headers->end - headers->payload, headers->version);
	if (transport)
		return flow_at(inner, transport, inner[is_v4 ? 9 : 6],
			       is_v4 ? flash_get16(inner + 6) & 0x3fff : inner[6] == fragment6, true);
	return flow_at(data + headers->network, data + headers->transport, headers->protocol,
		       headers->fragment, false);
}

/* Backends with addresses are reached by those. Without, there is one behind each edge. */
static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct balancer *balancer = state;
	__u32 count = balancer->count;

	(void)now_ns;
	if (edges == balancer->filled_for)
		return;
	if (!balancer->with_mac && edges < count)
		count = edges;
	balancer->filled_for = lookup__fill(balancer->slots, balancer->backends, count) ? edges : 0;
}

static bool handle(void *state, struct flash_packet *packet)
{
	struct balancer *balancer = state;
	struct flash_headers headers;
	struct backend *backend;
	struct flow flow;
	__u8 *data = packet->data;
	__u32 chosen;

	if (flash_headers__parse(&headers, packet->data, packet->len)) {
		balancer->malformed++;
		return false;
	}
	/* What was sent to a group of stations would seem to come from it. */
	if (!headers.version || (data[0] & 1 && balancer->with_mac)) {
		balancer->other++;
		return false;
	}
	if (!balancer->filled_for) {
		balancer->unserved++;
		return false;
	}
	flow = flow_of(data, &headers);
	chosen = balancer->slots[lookup__hash(balancer->seed, &flow, sizeof(flow)) % lookup_size];
	backend = &balancer->backends[chosen];
	backend->count++;
	if (backend->has_mac) {
		memcpy(data + mac_len, data, mac_len);
		memcpy(data, backend->mac, mac_len);
	} else {
		packet->edge = chosen;
	}
	return true;
}

static bool is_name(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++) {
		if (!isalnum(*text) && !strchr(".-_", *text))
			return false;
	}
	return true;
}

/* NAME[=MAC][/WEIGHT] */
static bool parse_backend(struct backend *backend, const char *text)
{
	char copy[128], *mac, *weight;
	__u64 number = 1;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return false;
	weight = strchr(copy, '/');
	if (weight)
		*weight++ = 0;
	mac = strchr(copy, '=');
	if (mac)
		*mac++ = 0;
	if (weight && !parse_number(weight, 0, most_weight, &number))
		return false;
	backend->weight = number;
	backend->has_mac = mac;
	if (mac && !parse_mac(mac, backend->mac))
		return false;
	return is_name(copy) &&
	       snprintf(backend->name, name_size, "%s", copy) < name_size;
}

static bool set(void *state, int option, const char *value)
{
	struct balancer *balancer = state;
	struct backend backend = { };

	if (option == 's')
		return parse_number(value, 0, ~0ull, &balancer->seed);
	if (balancer->count == most_backends || !parse_backend(&backend, value))
		return false;
	for (__u32 i = 0; i < balancer->count; i++) {
		if (!strcmp(balancer->backends[i].name, backend.name))
			return false;
	}
	balancer->backends[balancer->count++] = backend;
	balancer->with_mac += backend.has_mac;
	return true;
}

static const char *check(void *state)
{
	const struct balancer *balancer = state;

	if (!balancer->count)
		return "say which backends there are";
	return balancer->with_mac && balancer->with_mac != balancer->count ?
		       "give all backends an address, or none" : NULL;
}

static void report(const void *state)
{
	const struct balancer *balancer = state;

	program__count("other", balancer->other);
	program__count("malformed", balancer->malformed);
	program__count("unserved", balancer->unserved);
	for (__u32 i = 0; i < balancer->count; i++) {
		char name[name_size + 3];

		snprintf(name, sizeof(name), "to %s", balancer->backends[i].name);
		program__count(name, balancer->backends[i].count);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "backend", required_argument, NULL, 'b' },
		{ "seed", required_argument, NULL, 's' },
		{ }
	};
	static const struct program program = {
		.name = "maglev",
		.usage = "--backend NAME[=MAC][/WEIGHT]... [--seed N]",
		.options = options,
		.set = set,
		.check = check,
		.begin = begin,
		.handle = handle,
		.report = report,
	};
	static struct balancer balancer;

	return program__main(&program, &balancer, argc, argv);
}
