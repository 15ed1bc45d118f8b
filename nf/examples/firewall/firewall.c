// SPDX-License-Identifier: MIT
/* Passes connections that rules allow: see README.md. */
#include <string.h>

#include "../program/table.h"
#include "rules.h"

enum { mac_len = 6, edge_outside = 0, edge_inside = 1, usual_connections = 65536 };
enum { tcp_fin = 1, tcp_syn = 2, tcp_rst = 4, tcp_ack = 16 };
/* RFC 5382, RFC 4787, RFC 5508, but for half-open connections: who makes up SYNs shall not take all places. */
enum { tcp_idle_s = 7440, tcp_brief_s = 240, tcp_half_open_s = 30, udp_idle_s = 300, icmp_idle_s = 60 };
#define SECOND 1000000000ull

/* Its key is the flow from who opened it. */
struct connection {
	bool answered, established, closing;
};

struct firewall {
	struct rules rules;
	const char *rules_path;
	struct network inside;
	__u8 to_inside[mac_len], to_outside[mac_len];
	bool has_to_inside, has_to_outside;
	__u64 connections;
	struct table *table;
	__u64 now;
	__u32 edges;
	__u64 passed, opened, denied, stray, crowded, errors, other, malformed;
};

static bool is_tcp(const struct flow *flow)
{
	return flow->protocol == IPPROTO_TCP;
}

static __u64 idle_after(const struct connection *connection, const struct flow *flow)
{
	switch (flow->protocol) {
	case IPPROTO_TCP:
		if (!connection->answered)
			return tcp_half_open_s;
		return connection->established && !connection->closing ? tcp_idle_s : tcp_brief_s;
	case IPPROTO_UDP:
		return udp_idle_s;
	default:
		return icmp_idle_s;
	}
}

/* A connection is established once who opened it has answered an answer, and closing once anybody says so. */
static void note_flags(struct connection *connection, __u8 flags, bool by_opener)
{
	if (flags & (tcp_fin | tcp_rst))
		connection->closing = true;
	else if (!by_opener)
		connection->answered = true;
	else if (flags & tcp_syn)
		connection->answered = connection->established = connection->closing = false;
	else
		connection->established = connection->answered;
}

/* The connection that a packet of this flow is of. Turns the flow if the packet is not from who opened it. */
static struct connection *find(const struct firewall *firewall, struct flow *flow, bool *by_opener)
{
	struct connection *connection = table__find(firewall->table, flow, firewall->now);

	*by_opener = true;
	if (connection)
		return connection;
	flow__turn(flow);
	connection = table__find(firewall->table, flow, firewall->now);
	*by_opener = !connection;
	if (!connection)
		flow__turn(flow);
	return connection;
}

/* Whether a packet is one that a connection begins with. */
static bool opens(const struct flow *flow, const __u8 *transport)
{
	if (is_tcp(flow))
		return (transport[13] & (tcp_syn | tcp_ack | tcp_rst | tcp_fin)) == tcp_syn;
	if (flow->protocol == IPPROTO_ICMP)
		return transport[0] == echo_request || transport[0] == echo6_request;
	return true;
}

static struct connection *open_connection(struct firewall *firewall, const struct flow *flow,
					  const __u8 *transport)
{
	struct connection *connection;

	if (!opens(flow, transport)) {
		firewall->stray++;
		return NULL;
	}
	if (!rules__allow(&firewall->rules, flow)) {
		firewall->denied++;
		return NULL;
	}
	connection = table__add(firewall->table, flow, firewall->now, firewall->now);
	if (connection)
		firewall->opened++;
	else
		firewall->crowded++;
	return connection;
}

static bool pass_flow(struct firewall *firewall, struct flow *flow, const __u8 *transport)
{
	bool by_opener;
	struct connection *connection = find(firewall, flow, &by_opener);

	if (!connection)
		connection = open_connection(firewall, flow, transport);
	if (!connection)
		return false;
	if (is_tcp(flow))
		note_flags(connection, transport[13], by_opener);
	table__keep(firewall->table, connection,
		    firewall->now + idle_after(connection, flow) * SECOND);
	firewall->passed++;
	return true;
}

static __u8 *destination(__u8 *data, const struct flash_headers *headers)
{
	return data + headers->network + (headers->version == 4 ? 16 : 24);
}

/* To who sent a packet of a connection, which it keeps no longer. */
static bool pass_error(struct firewall *firewall, struct flow *flow, const __u8 *to)
{
	bool by_opener, to_sender = !memcmp(to, flow->from.address, flow->version == 4 ? 4 : 16);

	if (to_sender && find(firewall, flow, &by_opener)) {
		firewall->errors++;
		return true;
	}
	firewall->stray++;
	return false;
}

static bool passes(struct firewall *firewall, __u8 *data, const struct flash_headers *headers)
{
	struct flow flow;

	switch (flow__of(&flow, data, headers)) {
	case kind_flow:
		return pass_flow(firewall, &flow, data + headers->transport);
	case kind_error:
		return pass_error(firewall, &flow, destination(data, headers));
	default:
		firewall->other++;
		return false;
	}
}

/* To the side that its destination is on. */
static void direct(const struct firewall *firewall, struct flash_packet *packet,
		   const struct flash_headers *headers)
{
	__u8 *data = packet->data;
	bool goes_in = firewall->inside.version &&
		       network__has(&firewall->inside, headers->version, destination(data, headers));

	packet->edge = goes_in && firewall->edges > 1 ? edge_inside : edge_outside;
	if (!(goes_in ? firewall->has_to_inside : firewall->has_to_outside))
		return;
	memcpy(data + mac_len, data, mac_len);
	memcpy(data, goes_in ? firewall->to_inside : firewall->to_outside, mac_len);
}

/* What was sent to a group of stations would seem to come from it. */
static bool cannot_be_sent_on(const struct firewall *firewall, const __u8 *data)
{
	return data[0] & 1 && (firewall->has_to_inside || firewall->has_to_outside);
}

static bool handle(void *state, struct flash_packet *packet)
{
	struct firewall *firewall = state;
	struct flash_headers headers;

	if (flash_headers__parse(&headers, packet->data, packet->len)) {
		firewall->malformed++;
		return false;
	}
	if (cannot_be_sent_on(firewall, packet->data)) {
		firewall->other++;
		return false;
	}
	if (!passes(firewall, packet->data, &headers))
		return false;
	direct(firewall, packet, &headers);
	return true;
}

static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct firewall *firewall = state;

	firewall->now = now_ns;
	firewall->edges = edges;
}

static bool set(void *state, int option, const char *value)
{
	struct firewall *firewall = state;

	switch (option) {
	case 'r':
		firewall->rules_path = value;
		return true;
	case 'i':
		return parse_network(value, &firewall->inside);
	case 'm':
		return firewall->has_to_inside = parse_mac(value, firewall->to_inside);
	case 'o':
		return firewall->has_to_outside = parse_mac(value, firewall->to_outside);
	case 'c':
		return parse_number(value, 1, 1u << 24, &firewall->connections);
	default:
		return false;
	}
}

static const char *check(void *state)
{
	struct firewall *firewall = state;
	const char *wrong;

	if (!firewall->rules_path)
		return "say which file the rules are in";
	wrong = rules__read(&firewall->rules, firewall->rules_path);
	if (wrong)
		return wrong;
	firewall->table = table__create(firewall->connections, sizeof(struct flow),
					sizeof(struct connection));
	return firewall->table ? NULL : "there is no memory for so many connections";
}

static void report(const void *state)
{
	const struct firewall *firewall = state;

	program__count("passed", firewall->passed);
	program__count("opened", firewall->opened);
	program__count("denied", firewall->denied);
	program__count("stray", firewall->stray);
	program__count("crowded", firewall->crowded);
	program__count("errors", firewall->errors);
	program__count("other", firewall->other);
	program__count("malformed", firewall->malformed);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rules", required_argument, NULL, 'r' },
		{ "inside", required_argument, NULL, 'i' },
		{ "to-inside", required_argument, NULL, 'm' },
		{ "to-outside", required_argument, NULL, 'o' },
		{ "connections", required_argument, NULL, 'c' },
		{ }
	};
	static const struct program program = {
		.name = "firewall",
		.usage = "--rules FILE [--inside NETWORK] [--to-inside MAC] [--to-outside MAC] "
			 "[--connections N]",
		.options = options,
		.passes_on = true,
		.set = set,
		.check = check,
		.begin = begin,
		.handle = handle,
		.report = report,
	};
	static struct firewall firewall = { .connections = usual_connections };
	int code = program__main(&program, &firewall, argc, argv);

	table__destroy(firewall.table);
	return code;
}
