/* SPDX-License-Identifier: MIT */
/*
 * What the XL710 and the E810 do to a packet on its way out: checksums, segmentation, the VLAN tag
 * (XL710 datasheet, section 8.4, "LAN transmit"; their descriptors are the same). Lengths of
 * headers are the driver's word, and are checked against the packet before anything is looked at.
 */
#ifndef INTEL_OFFLOAD_H
#define INTEL_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"

enum offload_l4 {
	OFFLOAD_L4_NONE,
	OFFLOAD_L4_TCP,
	OFFLOAD_L4_SCTP,
	OFFLOAD_L4_UDP,
};

/* From the descriptors of a packet. */
struct offload {
	bool segments;			/* cut the payload into parts of mss */
	uint32_t mss;
	unsigned int outer_ip_version;	/* of a tunnel; 0: no tunnel */
	size_t outer_ip, outer_l4;	/* offsets; outer_l4 is that of UDP, or 0 */
	unsigned int ip_version;	/* 0: leave the IP header alone */
	bool ip_checksum;
	enum offload_l4 l4_type;
	size_t ip, l4, payload;		/* offsets */
	bool tagged;
	uint16_t tag;
	/* TCP flags that the first, a middle and the last of several segments do not keep. */
	uint16_t cleared_flags[3];
};

/* Decodes the first data descriptor's second quad word, and the context descriptor (NULL: none). */
void offload__decode(struct offload *offload, uint64_t data, const uint8_t *context);

/* How many frames of at most @frame_max the packet becomes; 0: it is impossible, and is dropped. */
unsigned int offload__frames(const struct offload *offload, size_t bytes, size_t frame_max);

/*
 * Makes the frame @index of the packet, at least 60 bytes. Return: its bytes.
 */
size_t offload__frame(const struct offload *offload, const uint8_t *packet, size_t bytes,
		      unsigned int index, uint8_t frame[NIC_FRAME_MAX]);

#endif
