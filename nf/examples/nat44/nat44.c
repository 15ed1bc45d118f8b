// SPDX-License-Identifier: MIT
/* Translates source addresses of IPv4: see README.md. */
#include <arpa/inet.h>
#include <string.h>

#include "nat.h"

enum { usual_first_port = 32768, usual_last_port = 60999, least_ports = 8 };

/* 32768-60999 */
static bool parse_ports(struct nat *nat, const char *text)
{
	char copy[32], *last;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return false;
	last = strchr(copy, '-');
	if (!last)
		return false;
	*last++ = 0;
	return parse_number(copy, 1, 65535, &nat->first_port) &&
	       parse_number(last, nat->first_port + least_ports - 1, 65535, &nat->last_port);
}

static bool set(void *state, int option, const char *value)
{
	struct nat *nat = state;

	switch (option) {
	case 'i':
		return nat->has_inside = parse_network(value, &nat->inside) &&
					   nat->inside.version == 4;
	case 'o':
		return nat->has_outside = inet_pton(AF_INET, value, &nat->outside) == 1;
	case 'n':
		return nat->has_next_hop = parse_mac(value, nat->next_hop);
	case 'p':
		return parse_ports(nat, value);
	default:
		return false;
	}
}

static const char *check(void *state)
{
	struct nat *nat = state;

	if (!nat->has_inside || !nat->has_outside)
		return "say what is inside, and which address is outside";
	return nat__start(nat) ? NULL : "there is no memory for so many ports";
}

static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct nat *nat = state;

	nat->now = now_ns;
	nat->edges = edges;
}

static bool handle(void *state, struct flash_packet *packet)
{
	return nat__handle(state, packet);
}

static void report(const void *state)
{
	const struct nat *nat = state;

	program__count("outbound", nat->outbound);
	program__count("inbound", nat->inbound);
	program__count("errors", nat->errors);
	program__count("mappings", nat->mappings);
	program__count("crowded", nat->crowded);
	program__count("unknown", nat->unknown);
	program__count("other", nat->other);
	program__count("malformed", nat->malformed);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "inside", required_argument, NULL, 'i' },
		{ "outside", required_argument, NULL, 'o' },
		{ "next-hop", required_argument, NULL, 'n' },
		{ "ports", required_argument, NULL, 'p' },
		{ }
	};
	static const struct program program = {
		.name = "nat44",
		.usage = "--inside NETWORK/BITS --outside IP [--next-hop MAC] [--ports FIRST-LAST]",
		.options = options,
		.set = set,
		.check = check,
		.begin = begin,
		.handle = handle,
		.report = report,
	};
	struct nat nat = { .first_port = usual_first_port, .last_port = usual_last_port };
	int code = program__main(&program, &nat, argc, argv);

	table__destroy(nat.table);
	return code;
}
