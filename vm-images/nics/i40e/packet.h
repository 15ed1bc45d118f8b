/* SPDX-License-Identifier: MIT */
/*
 * What the packet classifier sees in a frame (datasheet section 7.1, "Receive classification"):
 * where the headers are, the types that the RX descriptor and the filters know, and checksums.
 */
#ifndef I40E_PACKET_H
#define I40E_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Packet classifier types. */
enum {
	CLASS_IPV4_UDP = 31,
	CLASS_IPV4_TCP = 33,
	CLASS_IPV4_SCTP = 34,
	CLASS_IPV4_OTHER = 35,
	CLASS_IPV4_FRAGMENT = 36,
	CLASS_IPV6_UDP = 41,
	CLASS_IPV6_TCP = 43,
	CLASS_IPV6_SCTP = 44,
	CLASS_IPV6_OTHER = 45,
	CLASS_IPV6_FRAGMENT = 46,
	CLASS_L2 = 63,
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
	uint8_t classifier;
	uint8_t type;			/* PTYPE of the RX descriptor */
};

/* Never fails: what cannot be understood is an L2 packet. Looks at @bytes of @frame only. */
void i40e_packet__parse(struct packet *packet, const uint8_t *frame, size_t bytes);

struct packet_checks {
	bool done;			/* the following were looked at */
	bool ip_bad, l4_bad;
};

struct packet_checks i40e_packet__check(const struct packet *packet, const uint8_t *frame,
					size_t bytes);

/* The fields of an input set, in the order of the hash. Returns bytes, at most PACKET_INPUT_MAX. */
#define PACKET_INPUT_MAX 40
size_t i40e_packet__input(const struct packet *packet, const uint8_t *frame, size_t bytes,
		     uint64_t fields, bool mirrored, uint8_t input[PACKET_INPUT_MAX]);

#endif
