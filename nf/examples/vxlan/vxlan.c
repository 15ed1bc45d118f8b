// SPDX-License-Identifier: MIT
/* Unpacks what comes in a VXLAN: see README.md. */
#include <arpa/inet.h>
#include <flash_headers.h>

#include "../program/program.h"

enum { usual_port = 4789, most_vni = 0xffffff };
/* RFC 7348: flags, reserved, VNI, reserved. */
enum { vxlan_len = 8, flag_vni = 0x08 };

struct tunnel {
	__u64 vni, port;
	__u8 local[16];
	__u8 local_version;	/* 0: any address */
	bool has_vni;
	__u32 edges;
	__u64 unpacked, other, fragments, malformed;
};

/* Whether it is a datagram of this tunnel's end, whatever is in it. */
static bool is_for(const struct tunnel *tunnel, const __u8 *data, const struct flash_headers *headers)
{
	const __u8 *ip = data + headers->network;

	if (headers->protocol != IPPROTO_UDP || !headers->version)
		return false;
	if (!tunnel->local_version)
		return true;
	return headers->version == tunnel->local_version &&
	       !memcmp(tunnel->local, headers->version == 4 ? ip + 16 : ip + 24,
		       headers->version == 4 ? 4 : 16);
}

static bool leave(struct tunnel *tunnel, struct flash_packet *packet)
{
	tunnel->other++;
	packet->edge = 1;
	return tunnel->edges > 1;
}

/* The inner frame ends where the datagram does: what Ethernet has added is not part of it. */
static void unpack(struct flash_packet *packet, const struct flash_headers *headers)
{
	__u32 at = headers->payload + vxlan_len;

	packet->data = (__u8 *)packet->data + at;
	packet->addr += at;
	packet->len = headers->end - at;
}

static bool handle(void *state, struct flash_packet *packet)
{
	struct tunnel *tunnel = state;
	struct flash_headers headers;
	const __u8 *data = packet->data, *vxlan;

	if (flash_headers__parse(&headers, data, packet->len)) {
		tunnel->malformed++;
		return false;
	}
	if (!is_for(tunnel, data, &headers))
		return leave(tunnel, packet);
	/* Only the first fragment has ports. */
	if (headers.fragment) {
		tunnel->fragments++;
		return false;
	}
	if (flash_get16(data + headers.transport + 2) != tunnel->port)
		return leave(tunnel, packet);
	vxlan = data + headers.payload;
	if (headers.end - headers.payload < vxlan_len + ETH_HLEN || !(vxlan[0] & flag_vni)) {
		tunnel->malformed++;
		return false;
	}
	if (flash_get32(vxlan + 4) >> 8 != tunnel->vni)
		return leave(tunnel, packet);
	unpack(packet, &headers);
	tunnel->unpacked++;
	return true;
}

static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct tunnel *tunnel = state;

	(void)now_ns;
	tunnel->edges = edges;
}

static bool set(void *state, int option, const char *value)
{
	struct tunnel *tunnel = state;

	switch (option) {
	case 'v':
		return tunnel->has_vni = parse_number(value, 0, most_vni, &tunnel->vni);
	case 'p':
		return parse_number(value, 1, 65535, &tunnel->port);
	case 'l':
		tunnel->local_version = inet_pton(AF_INET, value, tunnel->local) == 1 ? 4 :
					inet_pton(AF_INET6, value, tunnel->local) == 1 ? 6 : 0;
		return tunnel->local_version;
	default:
		return false;
	}
}

static const char *check(void *state)
{
	const struct tunnel *tunnel = state;

	return tunnel->has_vni ? NULL : "say which VNI is to be unpacked";
}

static void report(const void *state)
{
	const struct tunnel *tunnel = state;

	program__count("unpacked", tunnel->unpacked);
	program__count("other", tunnel->other);
	program__count("fragments", tunnel->fragments);
	program__count("malformed", tunnel->malformed);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "vni", required_argument, NULL, 'v' },
		{ "port", required_argument, NULL, 'p' },
		{ "local", required_argument, NULL, 'l' },
		{ }
	};
	static const struct program program = {
		.name = "vxlan",
		.usage = "--vni N [--port N] [--local IP]",
		.options = options,
		.set = set,
		.check = check,
		.begin = begin,
		.handle = handle,
		.report = report,
	};
	struct tunnel tunnel = { .port = usual_port };

	return program__main(&program, &tunnel, argc, argv);
}
