/* SPDX-License-Identifier: MIT */
/*
 * Packets on a transmit ring of the XL710 and the E810 (XL710 datasheet, section 8.4, "LAN
 * transmit"). From the head up to the tail are the driver's descriptors: a packet is an optional
 * context and filter descriptor and data descriptors up to one with EOP.
 */
#ifndef INTEL_TX_PACKET_H
#define INTEL_TX_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nic;
struct tx_ring;

#define TX_DESCRIPTOR_BYTES 16u
#define TX_TYPE_DONE 0xf
#define TX_DATA_DUMMY (UINT64_C(0x0010) << 4)

/* The packet at a ring's head. */
struct tx_packet {
	unsigned int descriptors;
	size_t bytes;
	uint64_t data;			/* of the first data descriptor; 0: there was none */
	bool has_data, has_context, has_filter;
	bool impossible;		/* too long, or not in guest memory */
	bool bad_address;
	bool reports;			/* the driver wants to know when it is done */
	uint8_t context[TX_DESCRIPTOR_BYTES], filter[TX_DESCRIPTOR_BYTES];
};

enum tx_gathered {
	TX_GATHERED_WHOLE,
	TX_GATHERED_PART,		/* the driver has not written the rest yet */
	TX_GATHERED_NO_RING,		/* it is not in guest memory */
};

/* Copies the bytes of the packet at the ring's head to @bytes, at most @room. */
enum tx_gathered tx_packet__gather(struct nic *nic, const struct tx_ring *ring,
				   struct tx_packet *packet, uint8_t *bytes, size_t room);

#endif
