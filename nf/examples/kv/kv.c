// SPDX-License-Identifier: MIT
/* Keeps values by keys: see README.md. */
#include <flash_headers.h>

#include "../program/program.h"
#include "store.h"

enum { mac_len = 6, udp_len = 8, hops = 64, usual_port = 11211, usual_keys = 16384 };
/* In front of the text: the number of the request, of the datagram, how many those are, and zeros. */
enum { frame_len = 8 };

struct kv {
	struct store store;
	__u64 port, keys;
	__u32 edges;
	__u64 requests, other, malformed;
};

static void swap(__u8 *one, __u8 *other, __u32 len)
{
	__u8 copy[16];

	memcpy(copy, one, len);
	memcpy(one, other, len);
	memcpy(other, copy, len);
}

/* Makes it a datagram of @len bytes from who was asked to who has asked. */
static void turn(__u8 *data, const struct flash_headers *headers, __u32 len)
{
	__u8 *ip = data + headers->network, *udp = data + headers->transport;
	bool is_v4 = headers->version == 4;
	__u8 *addresses = ip + (is_v4 ? 12 : 8);
	__u32 address_len = is_v4 ? 4 : 16;
	__u16 sum;

	swap(data, data + mac_len, mac_len);
	swap(addresses, addresses + address_len, address_len);
	swap(udp, udp + 2, 2);
	flash_put16(udp + 4, len);
	flash_put16(udp + 6, 0);
	sum = flash_sum__finish(flash_sum__add(
		flash_sum__add(len + IPPROTO_UDP, addresses, 2 * address_len), udp, len));
	flash_put16(udp + 6, sum ?: 0xffff);
	if (is_v4) {
		flash_put16(ip + 2, 20 + len);
		ip[8] = hops;
		flash_put16(ip + 10, 0);
		flash_put16(ip + 10, flash_sum__finish(flash_sum__add(0, ip, 20)));
	} else {
		flash_put16(ip + 4, len);
		ip[7] = hops;
	}
}

/* Stations, or addresses of IP. */
static bool is_for_group(const __u8 *data, const struct flash_headers *headers)
{
	const __u8 *ip = data + headers->network;

	return data[0] & 1 || (headers->version == 4 ? ip[16] >= 224 : ip[24] == 0xff);
}

/* A server that was asked in the name of another one: each would answer what the other one answers. */
static bool is_reply(const struct kv *kv, const __u8 *udp, const __u8 *text, __u32 len)
{
	return flash_get16(udp) == kv->port || (len >= 5 && !memcmp(text, "ERROR", 5));
}

/* Without options and extensions, which an answer would have, too. */
static bool is_request(const struct kv *kv, const __u8 *data, const struct flash_headers *headers)
{
	__u32 ip_len = headers->version == 4 ? 20 : 40;

	return headers->version && headers->protocol == IPPROTO_UDP && !headers->fragment &&
	       headers->transport - headers->network == ip_len && !is_for_group(data, headers) &&
	       flash_get16(data + headers->transport + 2) == kv->port;
}

static bool answer(struct kv *kv, struct flash_packet *packet, const struct flash_headers *headers)
{
	static const __u8 alone[] = { 0, 0, 0, 1 };
	__u8 *frame = (__u8 *)packet->data + headers->payload;
	__u32 len = headers->end - headers->payload;
	static struct reply reply;

	if (len < frame_len || memcmp(frame + 2, alone, sizeof(alone)) ||
	    is_reply(kv, frame - udp_len, frame + frame_len, len - frame_len)) {
		kv->malformed++;
		return false;
	}
	kv->requests++;
	store__answer(&kv->store, frame + frame_len, len - frame_len, &reply);
	if (!reply.len || !program__resize(packet, headers->payload + frame_len + reply.len))
		return false;
	flash_put16(frame + 6, 0);
	memcpy(frame + frame_len, reply.bytes, reply.len);
	turn(packet->data, headers, udp_len + frame_len + reply.len);
	return true;
}

static bool handle(void *state, struct flash_packet *packet)
{
	struct kv *kv = state;
	struct flash_headers headers;

	if (flash_headers__parse(&headers, packet->data, packet->len)) {
		kv->malformed++;
		return false;
	}
	if (is_request(kv, packet->data, &headers))
		return answer(kv, packet, &headers);
	kv->other++;
	packet->edge = 1;
	return kv->edges > 1;
}

static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct kv *kv = state;

	kv->store.now = now_ns;
	kv->edges = edges;
}

static bool set(void *state, int option, const char *value)
{
	struct kv *kv = state;

	if (option == 'p')
		return parse_number(value, 1, 65535, &kv->port);
	return parse_number(value, 1, 1u << 22, &kv->keys);
}

static const char *check(void *state)
{
	struct kv *kv = state;

	return store__create(&kv->store, kv->keys) ? NULL : "there is no memory for so many keys";
}

static void report(const void *state)
{
	const struct kv *kv = state;

	program__count("requests", kv->requests);
	program__count("gets", kv->store.gets);
	program__count("hits", kv->store.hits);
	program__count("sets", kv->store.sets);
	program__count("errors", kv->store.errors);
	program__count("other", kv->other);
	program__count("malformed", kv->malformed);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "keys", required_argument, NULL, 'k' },
		{ }
	};
	static const struct program program = {
		.name = "kv",
		.usage = "[--port N] [--keys N]",
		.options = options,
		.set = set,
		.check = check,
		.begin = begin,
		.handle = handle,
		.report = report,
	};
	struct kv kv = { .port = usual_port, .keys = usual_keys };
	int code = program__main(&program, &kv, argc, argv);

	table__destroy(kv.store.table);
	return code;
}
