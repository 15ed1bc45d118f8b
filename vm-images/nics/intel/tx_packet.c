// SPDX-License-Identifier: MIT
/* A packet's bytes are copied once for each attempt to send it, and checked in the copy. */
#include <string.h>

#include "core/memory/dma.h"
#include "core/nic.h"
#include "frame/bytes.h"
#include "tx_packet.h"
#include "tx_ring.h"

#define TYPE_DATA 0x0
#define TYPE_CONTEXT 0x1
#define TYPE_FILTER 0x8
#define DATA_END (UINT64_C(0x0001) << 4)
#define DATA_REPORT (UINT64_C(0x0002) << 4)
#define DATA_BYTES_LOW 34

/* Where the bytes go. */
struct buffer {
	uint8_t *bytes;
	size_t room;
};

static void packet__add_data(struct nic *nic, struct tx_packet *packet,
			     const struct buffer *buffer, uint64_t address, uint64_t data)
{
	size_t bytes = bits(data, DATA_BYTES_LOW, 14);

	if (!packet->has_data)
		packet->data = data;
	packet->has_data = true;
	packet->reports |= !!(data & DATA_REPORT);
	if (packet->impossible)
		return;
	if (bytes > buffer->room - packet->bytes) {
		packet->impossible = true;
		nic__warn(nic, "a packet to send is longer than can be");
		return;
	}
	if (!dma__read(nic, address, buffer->bytes + packet->bytes, bytes)) {
		packet->impossible = true;
		packet->bad_address = true;
		return;
	}
	packet->bytes += bytes;
}

enum tx_gathered tx_packet__gather(struct nic *nic, const struct tx_ring *ring,
				   struct tx_packet *packet, uint8_t *bytes, size_t room)
{
	const struct buffer buffer = { bytes, room };
	uint8_t descriptor[TX_DESCRIPTOR_BYTES];
	uint16_t at;

	*packet = (struct tx_packet){ 0 };
	for (at = ring->head; at != ring->tail; at = at + 1 == ring->length ? 0 : at + 1) {
		uint64_t data;

		if (!dma__read(nic, ring->base + (uint64_t)at * TX_DESCRIPTOR_BYTES, descriptor,
			       sizeof(descriptor)))
			return TX_GATHERED_NO_RING;
		packet->descriptors++;
		data = le64(descriptor + 8);
		switch (data & 0xf) {
		case TYPE_DATA:
			packet__add_data(nic, packet, &buffer, le64(descriptor), data);
			if (data & DATA_END)
				return TX_GATHERED_WHOLE;
			break;
		case TYPE_CONTEXT:
			memcpy(packet->context, descriptor, sizeof(descriptor));
			packet->has_context = true;
			break;
		case TYPE_FILTER:
			memcpy(packet->filter, descriptor, sizeof(descriptor));
			packet->has_filter = true;
			break;
		default:
			nic__warn(nic, "TX descriptors of type %u are not known",
				  (unsigned int)(data & 0xf));
		}
	}
	return TX_GATHERED_PART;
}
