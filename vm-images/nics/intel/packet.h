/* SPDX-License-Identifier: MIT */
/*
 * What the XL710 and the E810 see in a frame: where the headers are, the packet type that RX
 * descriptors tell, and checksums (XL710 datasheet, section 7.1, "Receive classification").
 */
#ifndef INTEL_PACKET_H
#define INTEL_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * PTYPE. Of IP there are two groups of the same order, of which these are the first; the numbers in
 * a group are added to it.
 */
enum packet_type {
	TYPE_L2 = 1,
	TYPE_ARP = 11,
	TYPE_IPV4 = 22,
	TYPE_IPV6 = 88,

	TYPE_FRAGMENT = 0,
	TYPE_OTHER = 1,
	TYPE_UDP = 2,
	TYPE_TCP = 4,
	TYPE_SCTP = 5,
	TYPE_ICMP = 6,
};

struct packet {
	bool tagged;
	uint16_t tag;			/* of 802.1Q, with its priority */
	unsigned int ip_version;	/* 0: not IP */
	bool fragment;
	bool extension_address;		/* IPv6 with a routing header: the checksum is not judged */
	uint8_t protocol;
	size_t ip, l4;			/* offsets; 0: no such header within the frame */
	size_t ip_end;			/* where the IP packet ends, at most the frame's end */
	uint8_t type;			/* PTYPE of the RX descriptor */
};

/* Never fails: what cannot be understood is an L2 packet. Looks at @bytes of @frame only. */
void packet__parse(struct packet *packet, const uint8_t *frame, size_t bytes);

/* Whether the first @header bytes of what is on IP are within the frame. */
static inline bool packet__has_l4(const struct packet *packet, size_t bytes, size_t header)
{
	return packet->l4 && bytes >= packet->l4 + header;
}

struct packet_checks {
	bool done;			/* the following were looked at */
	bool ip_bad, l4_bad;
};

struct packet_checks packet__check(const struct packet *packet, const uint8_t *frame,
					size_t bytes);

#endif
