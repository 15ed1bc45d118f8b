// SPDX-License-Identifier: MIT
#include <flash_headers.h>

#include "nat.h"
#include "translate.h"

enum { edge_outside = 0, edge_inside = 1 };
enum { echo_reply = 0, unreachable = 3, echo_request = 8, time_exceeded = 11, bad_parameter = 12 };
enum { tcp_fin = 1, tcp_syn = 2, tcp_rst = 4 };
/* RFC 5382, RFC 4787, RFC 5508 */
enum { tcp_idle_s = 7440, tcp_brief_s = 240, udp_idle_s = 300, icmp_idle_s = 60 };
#define SECOND 1000000000ull

/* Of an inside end, which is its key. Its place in the table is its port. */
struct mapping {
	__u8 mac[mac_len];
	bool answered, established, closing;	/* TCP */
};

bool nat__start(struct nat *nat)
{
	nat->table = table__create(nat->last_port - nat->first_port + 1, sizeof(struct end),
				   sizeof(struct mapping));
	return nat->table;
}

static bool is_inside(const struct nat *nat, const __u8 *address)
{
	return network__has(&nat->inside, 4, address);
}

static bool is_outside(const struct nat *nat, const __u8 *address)
{
	return !memcmp(address, &nat->outside, 4);
}

static __u64 idle_after(const struct mapping *mapping, __u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return mapping->established && !mapping->closing ? tcp_idle_s : tcp_brief_s;
	case IPPROTO_UDP:
		return udp_idle_s;
	default:
		return icmp_idle_s;
	}
}

/*
 * A connection is established once an answer is answered, and closing once somebody inside says so: anybody
 * outside can make up a segment.
 */
static void note_flags(struct mapping *mapping, __u8 flags, bool is_outbound)
{
	bool ends = flags & (tcp_fin | tcp_rst);

	if (!is_outbound)
		mapping->answered |= !ends;
	else if (ends)
		mapping->closing = true;
	else if (flags & tcp_syn)
		mapping->answered = mapping->established = mapping->closing = false;
	else
		mapping->established = mapping->answered;
}

static struct mapping *map(struct nat *nat, const struct end *inside)
{
	struct mapping *mapping = table__find(nat->table, inside, nat->now);

	if (mapping)
		return mapping;
	mapping = table__add(nat->table, inside, nat->now, nat->now);
	if (mapping)
		nat->mappings++;
	else
		nat->crowded++;
	return mapping;
}

static struct end outside_end(const struct nat *nat, const struct mapping *mapping)
{
	const struct end *inside = table__key(nat->table, mapping);
	struct end end = { .protocol = inside->protocol };

	memcpy(end.address, &nat->outside, sizeof(end.address));
	flash_put16(end.port, nat->first_port + table__place(nat->table, mapping));
	return end;
}

/* The mapping that a packet from outside is for. */
static struct mapping *mapping_of(struct nat *nat, const struct end *outside)
{
	__u64 place = (__u64)flash_get16(outside->port) - nat->first_port;
	struct mapping *mapping = NULL;
	const struct end *inside;

	if (is_outside(nat, outside->address) && place < table__places(nat->table))
		mapping = table__at(nat->table, place, nat->now);
	inside = mapping ? table__key(nat->table, mapping) : NULL;
	if (inside && inside->protocol == outside->protocol)
		return mapping;
	nat->unknown++;
	return NULL;
}

/* From the station that it was sent to. */
static void address_frame(__u8 *data, const __u8 *mac)
{
	memcpy(data + mac_len, data, mac_len);
	memcpy(data, mac, mac_len);
}

static bool go_out(struct nat *nat, __u8 *data, const struct flash_headers *headers)
{
	__u8 *ip = data + headers->network;
	struct end inside = translate__end(ip, true), outside;
	struct mapping *mapping = map(nat, &inside);

	if (!mapping)
		return false;
	if (inside.protocol == IPPROTO_TCP)
		note_flags(mapping, data[headers->transport + 13], true);
	memcpy(mapping->mac, data + mac_len, mac_len);
	table__keep(nat->table, mapping,
		    nat->now + idle_after(mapping, inside.protocol) * SECOND);
	outside = outside_end(nat, mapping);
	translate__replace(ip, headers->end - headers->network, true, &outside);
	nat->outbound++;
	return true;
}

static bool come_in(struct nat *nat, __u8 *data, const struct flash_headers *headers)
{
	__u8 *ip = data + headers->network;
	struct end outside = translate__end(ip, false);
	struct mapping *mapping = mapping_of(nat, &outside);

	if (!mapping)
		return false;
	if (outside.protocol == IPPROTO_TCP)
		note_flags(mapping, data[headers->transport + 13], false);
	translate__replace(ip, headers->end - headers->network, false,
			   table__key(nat->table, mapping));
	address_frame(data, mapping->mac);
	nat->inbound++;
	return true;
}

/* What somebody outside says of a packet that went out: to him it came from the outside address. */
static bool error_comes_in(struct nat *nat, __u8 *data, const struct flash_headers *headers, __u8 *inner)
{
	__u8 *ip = data + headers->network, *icmp = data + headers->transport;
	struct end outside = translate__end(inner, true);
	struct mapping *mapping = mapping_of(nat, &outside);
	const struct end *inside;

	if (!mapping)
		return false;
	inside = table__key(nat->table, mapping);
	translate__replace_inner(icmp, headers->end - headers->transport, true, inside);
	flash_sum__change(ip + 10, ip + 16, inside->address, 4);
	memcpy(ip + 16, inside->address, 4);
	address_frame(data, mapping->mac);
	nat->errors++;
	return true;
}

/* What somebody inside says of a packet that came in. */
static bool error_goes_out(struct nat *nat, __u8 *data, const struct flash_headers *headers, __u8 *inner)
{
	__u8 *ip = data + headers->network, *icmp = data + headers->transport;
	struct end inside = translate__end(inner, false), outside;
	struct mapping *mapping = table__find(nat->table, &inside, nat->now);

	if (!mapping) {
		nat->unknown++;
		return false;
	}
	outside = outside_end(nat, mapping);
	translate__replace_inner(icmp, headers->end - headers->transport, false, &outside);
	flash_sum__change(ip + 10, ip + 12, outside.address, 4);
	memcpy(ip + 12, outside.address, 4);
	nat->errors++;
	return true;
}

enum kind { is_other, is_end, is_error };

/* Whether a packet names an end, or is about one that does. */
static enum kind kind_of(const __u8 *data, const struct flash_headers *headers, bool is_outbound)
{
	__u8 type;

	if (headers->version != 4 || headers->fragment)
		return is_other;
	if (headers->protocol == IPPROTO_TCP || headers->protocol == IPPROTO_UDP)
		return is_end;
	if (headers->protocol != IPPROTO_ICMP)
		return is_other;
	type = data[headers->transport];
	if (type == (is_outbound ? echo_request : echo_reply))
		return is_end;
	return type == unreachable || type == time_exceeded || type == bad_parameter ? is_error : is_other;
}

static bool translate(struct nat *nat, __u8 *data, const struct flash_headers *headers, bool is_outbound)
{
	__u8 *icmp = data + headers->transport, *inner;

	switch (kind_of(data, headers, is_outbound)) {
	case is_end:
		return is_outbound ? go_out(nat, data, headers) : come_in(nat, data, headers);
	case is_error:
		inner = translate__inner(icmp, headers->end - headers->transport);
		if (inner)
			return is_outbound ? error_goes_out(nat, data, headers, inner) :
					     error_comes_in(nat, data, headers, inner);
		break;
	default:
		break;
	}
	nat->other++;
	return false;
}

bool nat__handle(struct nat *nat, struct flash_packet *packet)
{
	struct flash_headers headers;
	__u8 *data = packet->data, *ip;
	bool is_inbound;

	if (flash_headers__parse(&headers, data, packet->len)) {
		nat->malformed++;
		return false;
	}
	ip = data + headers.network;
	/* What was sent to a group of stations would seem to come from it. */
	is_inbound = headers.version == 4 && is_outside(nat, ip + 16);
	if (headers.version != 4 || data[0] & 1 || is_inside(nat, ip + 12) == is_inbound ||
	    (!is_inbound && is_inside(nat, ip + 16))) {
		nat->other++;
		return false;
	}
	if (is_inbound) {
		packet->edge = nat->edges > 1 ? edge_inside : edge_outside;
		return translate(nat, data, &headers, false);
	}
	packet->edge = edge_outside;
	if (!translate(nat, data, &headers, true))
		return false;
	if (nat->has_next_hop)
		address_frame(data, nat->next_hop);
	return true;
}
