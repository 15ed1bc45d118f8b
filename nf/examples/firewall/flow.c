// SPDX-License-Identifier: MIT
#include "flow.h"

enum { icmp_len = 8, least_payload = 8 };

static void set_addresses(struct flow *flow, const __u8 *ip)
{
	__u32 len = flow->version == 4 ? 4 : 16, at = flow->version == 4 ? 12 : 8;

	memcpy(flow->from.address, ip + at, len);
	memcpy(flow->to.address, ip + at + len, len);
}

/* @transport has eight bytes. */
static void set_ports(struct flow *flow, const __u8 *transport)
{
	bool is_echo = flow->protocol == IPPROTO_ICMP;

	memcpy(flow->from.port, transport + (is_echo ? 4 : 0), 2);
	memcpy(flow->to.port, transport + (is_echo ? 4 : 2), 2);
}

static __u8 common_protocol(__u8 protocol)
{
	return protocol == IPPROTO_ICMPV6 ? IPPROTO_ICMP : protocol;
}

static bool is_echo(__u8 version, __u8 type)
{
	return version == 4 ? type == echo_request || type == echo_reply :
			      type == echo6_request || type == echo6_reply;
}

static bool is_error(__u8 version, __u8 type)
{
	return version == 4 ? type == unreachable || type == time_exceeded || type == bad_parameter :
			      type >= unreachable6 && type <= bad_parameter6;
}

/* What is known of a packet that an error has the beginning of: @len bytes from its IP header on. */
static bool look_at_inner(struct flow *flow, const __u8 *ip, __u32 len)
{
	__u32 header_len = flow->version == 4 ? 20 : 40;

	if (len < header_len + least_payload || ip[0] >> 4 != flow->version)
		return false;
	if (flow->version == 4) {
		header_len = (ip[0] & 15) * 4;
		if (header_len < 20 || len < header_len + least_payload || flash_get16(ip + 6) & 0x1fff)
			return false;
	}
	flow->protocol = common_protocol(ip[flow->version == 4 ? 9 : 6]);
	if (flow->protocol == IPPROTO_ICMP && !is_echo(flow->version, ip[header_len]))
		return false;
	if (flow->protocol != IPPROTO_TCP && flow->protocol != IPPROTO_UDP &&
	    flow->protocol != IPPROTO_ICMP)
		return false;
	set_addresses(flow, ip);
	set_ports(flow, ip + header_len);
	return true;
}

enum kind flow__of(struct flow *flow, const __u8 *data, const struct flash_headers *headers)
{
	const __u8 *transport = data + headers->transport;

	memset(flow, 0, sizeof(*flow));
	flow->version = headers->version;
	flow->protocol = common_protocol(headers->protocol);
	if (!headers->version || headers->fragment)
		return kind_other;
	switch (headers->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if ((headers->protocol == IPPROTO_ICMP) != (headers->version == 4))
			return kind_other;
		if (is_error(headers->version, transport[0]))
			return look_at_inner(flow, transport + icmp_len,
					     headers->end - headers->payload) ?
				       kind_error : kind_other;
		if (!is_echo(headers->version, transport[0]))
			return kind_other;
		break;
	default:
		return kind_other;
	}
	set_addresses(flow, data + headers->network);
	set_ports(flow, transport);
	return kind_flow;
}

void flow__turn(struct flow *flow)
{
	struct end from = flow->from;

	flow->from = flow->to;
	flow->to = from;
}
