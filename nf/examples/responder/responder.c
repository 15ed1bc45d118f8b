// SPDX-License-Identifier: MIT
/* Answers for addresses: see README.md. */
#include <arpa/inet.h>
#include <flash_headers.h>

#include "../program/program.h"

enum { most_addresses = 64, mac_len = 6, hops = 64 };
enum { arp_len = 28, arp_request = 1, arp_reply = 2 };
enum { echo_request = 8, echo_reply = 0, echo6_request = 128, echo6_reply = 129 };
enum { solicitation = 135, advertisement = 136, target_len = 24, option_len = 8 };

struct responder {
	__u8 mac[mac_len];
	bool has_mac;
	__u8 addresses4[most_addresses][4], addresses6[most_addresses][16];
	__u32 count4, count6;
	__u32 edges;
	__u64 arp, neighbour, echo, other, malformed;
};

static bool is_ours(const struct responder *responder, const __u8 *address, __u32 len)
{
	const __u8 *ours = len == 4 ? responder->addresses4[0] : responder->addresses6[0];
	__u32 count = len == 4 ? responder->count4 : responder->count6;

	for (__u32 i = 0; i < count; i++) {
		if (!memcmp(ours + i * len, address, len))
			return true;
	}
	return false;
}

static void swap(__u8 *one, __u8 *other, __u32 len)
{
	__u8 copy[16];

	memcpy(copy, one, len);
	memcpy(one, other, len);
	memcpy(other, copy, len);
}

/* Changes two bytes, and the sum that they are in. */
static void change16(__u8 *sum, __u8 *at, __u16 value)
{
	__u8 to[2];

	flash_put16(to, value);
	flash_sum__change(sum, at, to, sizeof(to));
	memcpy(at, to, sizeof(to));
}

static void turn_frame(const struct responder *responder, __u8 *data)
{
	memcpy(data, data + mac_len, mac_len);
	memcpy(data + mac_len, responder->mac, mac_len);
}

/* "Who has 10.0.0.1? Tell 10.0.0.2", for Ethernet and IPv4. */
static bool answer_arp(struct responder *responder, __u8 *data, const struct flash_headers *headers)
{
	static const __u8 kind[] = { 0, 1, 8, 0, mac_len, 4, 0, arp_request };
	__u8 *arp = data + headers->network;

	if (headers->end - headers->network < arp_len || memcmp(arp, kind, sizeof(kind)) ||
	    !is_ours(responder, arp + 24, 4))
		return false;
	flash_put16(arp + 6, arp_reply);
	swap(arp + 8, arp + 18, mac_len + 4);
	memcpy(arp + 8, responder->mac, mac_len);
	turn_frame(responder, data);
	responder->arp++;
	return true;
}

/* The sums stay right: what changes are type and lifetime; it does not matter which address is first. */
static bool answer_echo4(struct responder *responder, __u8 *data, const struct flash_headers *headers)
{
	__u8 *ip = data + headers->network, *icmp = data + headers->transport;

	if (headers->protocol != IPPROTO_ICMP || !headers->transport || headers->fragment ||
	    headers->transport - headers->network != 20 || flash_get16(icmp) != echo_request << 8 ||
	    !is_ours(responder, ip + 16, 4))
		return false;
	change16(icmp + 2, icmp, echo_reply << 8);
	change16(ip + 10, ip + 8, hops << 8 | IPPROTO_ICMP);
	swap(ip + 12, ip + 16, 4);
	turn_frame(responder, data);
	responder->echo++;
	return true;
}

static bool answer_echo6(struct responder *responder, __u8 *data, const struct flash_headers *headers)
{
	__u8 *ip = data + headers->network, *icmp = data + headers->transport;

	if (flash_get16(icmp) != echo6_request << 8 || !is_ours(responder, ip + 24, 16))
		return false;
	change16(icmp + 2, icmp, echo6_reply << 8);
	ip[7] = hops;
	swap(ip + 8, ip + 24, 16);
	turn_frame(responder, data);
	responder->echo++;
	return true;
}

static __u16 sum_icmp6(const __u8 *ip, const __u8 *icmp, __u32 len)
{
	__u64 pseudo = flash_sum__add(len + IPPROTO_ICMPV6, ip + 8, 32);

	return flash_sum__finish(flash_sum__add(pseudo, icmp, len));
}

/* An answer says where we are if the question says where it is from: in one option (RFC 4861, 7.2.4). */
static bool answer_neighbour(struct responder *responder, struct flash_packet *packet,
			     const struct flash_headers *headers)
{
	static const __u8 unspecified[16];
	__u8 *data = packet->data, *ip = data + headers->network, *icmp = data + headers->transport;
	__u32 len = headers->end - headers->transport;

	if (len < target_len || flash_get16(icmp) != solicitation << 8 || ip[7] != 255 ||
	    !is_ours(responder, icmp + 8, 16) || !memcmp(ip + 8, unspecified, 16) ||
	    sum_icmp6(ip, icmp, len))
		return false;
	len = len < target_len + option_len ? target_len : target_len + option_len;
	if (len > target_len) {
		icmp[target_len] = 2;
		icmp[target_len + 1] = 1;
		memcpy(icmp + target_len + 2, responder->mac, mac_len);
	}
	memcpy(ip + 24, ip + 8, 16);
	memcpy(ip + 8, icmp + 8, 16);
	flash_put16(ip + 4, len);
	flash_put16(icmp, advertisement << 8);
	flash_put16(icmp + 2, 0);
	flash_put32(icmp + 4, 0x60000000);	/* solicited, and to be believed */
	flash_put16(icmp + 2, sum_icmp6(ip, icmp, len));
	packet->len = headers->transport + len;
	turn_frame(responder, data);
	responder->neighbour++;
	return true;
}

static bool answer(struct responder *responder, struct flash_packet *packet,
		   const struct flash_headers *headers)
{
	__u8 *data = packet->data;

	if (data[mac_len] & 1)
		return false;	/* there is no answer to a group */
	switch (headers->ether_type) {
	case ETH_P_ARP:
		return answer_arp(responder, data, headers);
	case ETH_P_IP:
		return answer_echo4(responder, data, headers);
	case ETH_P_IPV6:
		if (headers->protocol != IPPROTO_ICMPV6 || headers->fragment ||
		    headers->transport - headers->network != 40)
			return false;
		return answer_echo6(responder, data, headers) ||
		       answer_neighbour(responder, packet, headers);
	default:
		return false;
	}
}

static bool handle(void *state, struct flash_packet *packet)
{
	struct responder *responder = state;
	struct flash_headers headers;

	if (flash_headers__parse(&headers, packet->data, packet->len)) {
		responder->malformed++;
		return false;
	}
	if (answer(responder, packet, &headers))
		return true;
	responder->other++;
	packet->edge = 1;
	return responder->edges > 1;
}

static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct responder *responder = state;

	(void)now_ns;
	responder->edges = edges;
}

static bool set(void *state, int option, const char *value)
{
	struct responder *responder = state;

	if (option == 'm')
		return responder->has_mac = parse_mac(value, responder->mac);
	if (responder->count4 < most_addresses &&
	    inet_pton(AF_INET, value, responder->addresses4[responder->count4]) == 1) {
		responder->count4++;
		return true;
	}
	if (responder->count6 < most_addresses &&
	    inet_pton(AF_INET6, value, responder->addresses6[responder->count6]) == 1) {
		responder->count6++;
		return true;
	}
	return false;
}

static const char *check(void *state)
{
	const struct responder *responder = state;

	return responder->has_mac && responder->count4 + responder->count6 ?
		       NULL : "say which MAC and addresses are to be answered for";
}

static void report(const void *state)
{
	const struct responder *responder = state;

	program__count("arp", responder->arp);
	program__count("neighbour", responder->neighbour);
	program__count("echo", responder->echo);
	program__count("other", responder->other);
	program__count("malformed", responder->malformed);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "mac", required_argument, NULL, 'm' },
		{ "address", required_argument, NULL, 'a' },
		{ }
	};
	static const struct program program = {
		.name = "responder",
		.usage = "--mac MAC --address IP...",
		.options = options,
		.set = set,
		.check = check,
		.begin = begin,
		.handle = handle,
		.report = report,
	};
	static struct responder responder;

	return program__main(&program, &responder, argc, argv);
}
