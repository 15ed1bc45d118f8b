/* SPDX-License-Identifier: MIT */
/*
 * What is done to a packet on its way out (datasheet section 8.4, "LAN transmit"):
 * checksums, segmentation, the VLAN tag. Lengths of headers are the driver's word, and are checked
 * against the packet before anything is looked at.
 */
#ifndef I40E_OFFLOAD_H
#define I40E_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"

struct i40e;

enum tx_l4 {
	TX_L4_NONE,
	TX_L4_TCP,
	TX_L4_SCTP,
	TX_L4_UDP,
};

/* From the descriptors of a packet. */
struct tx_offload {
	bool segments;			/* cut the payload into parts of mss */
	uint32_t mss;
	unsigned int outer_ip_version;	/* of a tunnel; 0: no tunnel */
	size_t outer_ip, outer_l4;	/* offsets; outer_l4 is that of UDP, or 0 */
	unsigned int ip_version;	/* 0: leave the IP header alone */
	bool ip_checksum;
	enum tx_l4 l4_type;
	size_t ip, l4, payload;		/* offsets */
	bool tagged;
	uint16_t tag;
};

/* Decodes the first data descriptor's second quad word, and the context descriptor (NULL: none). */
void i40e_offload__decode(struct tx_offload *offload, uint64_t data, const uint8_t *context);

/* How many frames the packet becomes; 0: it is impossible, and is dropped. */
unsigned int i40e_offload__frames(const struct tx_offload *offload, size_t bytes);

/*
 * Makes the frame @index of the packet, at least 60 bytes, with @room for NIC_FRAME_MAX.
 * Returns its bytes.
 */
size_t i40e_offload__frame(const struct i40e *chip, const struct tx_offload *offload,
			   const uint8_t *packet, size_t bytes, unsigned int index,
			   uint8_t frame[NIC_FRAME_MAX]);

#endif
