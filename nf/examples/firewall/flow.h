/* SPDX-License-Identifier: MIT */
/* What packets of a connection have in common, and who sent one of them. */
#ifndef FLOW_H
#define FLOW_H

#include <flash_headers.h>

enum { echo_reply = 0, unreachable = 3, echo_request = 8, time_exceeded = 11, bad_parameter = 12 };
enum { unreachable6 = 1, bad_parameter6 = 4, echo6_request = 128, echo6_reply = 129 };

/* Of an echo the port of both ends is its id. */
struct end {
	__u8 address[16];	/* of IPv4, the first four */
	__u8 port[2];
};

struct flow {
	__u8 version;
	__u8 protocol;		/* IPPROTO_ICMP for that of IPv6, too */
	struct end from, to;
};

enum kind {
	kind_other,
	kind_flow,	/* TCP, UDP, or an echo */
	kind_error,	/* of ICMP, about a packet of a flow */
};

/* Tells what flow a packet is of, or an error is about. Fragments and others are of none. */
enum kind flow__of(struct flow *flow, const __u8 *data, const struct flash_headers *headers);
void flow__turn(struct flow *flow);

#endif
