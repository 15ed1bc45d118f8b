/* SPDX-License-Identifier: MIT */
#ifndef NAT_H
#define NAT_H

#include <netinet/in.h>

#include "../program/program.h"
#include "../program/table.h"

enum { mac_len = 6 };

struct nat {
	struct network inside;
	struct in_addr outside;
	bool has_inside, has_outside, has_next_hop;
	__u8 next_hop[mac_len];
	__u64 first_port, last_port;
	struct table *table;
	__u64 now;
	__u32 edges;
	__u64 outbound, inbound, errors, mappings, crowded, unknown, other, malformed;
};

/* Makes the table. False if there is no memory. */
bool nat__start(struct nat *nat);
bool nat__handle(struct nat *nat, struct flash_packet *packet);

#endif
