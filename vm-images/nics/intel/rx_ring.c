// SPDX-License-Identifier: MIT
#include <string.h>

#include "core/memory/dma.h"
#include "core/nic.h"
#include "counters.h"
#include "queue_context.h"
#include "rx_ring.h"

#define BUFFER_UNIT 128u
#define BUFFERS_MAX 5u			/* of a frame */

_Static_assert(BUFFERS_MAX < CONTEXT_LENGTH_MIN, "a ring can have room for any frame");

bool rx_ring__decode(struct rx_ring *ring, struct nic *nic,
		     const uint8_t context[RX_CONTEXT_BYTES])
{
	uint8_t line[RX_CONTEXT_BYTES + 8] = { 0 };	/* fields are looked at by 8 bytes */
	uint64_t head, length, buffer;

	memcpy(line, context, RX_CONTEXT_BYTES);
	head = context__field(line, 0, 13);
	length = context__field(line, 89, 13);
	buffer = context__field(line, 102, 7);
	if (!context__ring_is_possible(length, head))
		return false;
	if (context__field(line, 114, 2))
		nic__warn(nic, "header split is not modelled: frames stay whole");

	ring->base = context__field(line, 32, 57) * CONTEXT_BASE_UNIT;
	ring->length = length;
	ring->head = head;
	ring->buffer_bytes = buffer * BUFFER_UNIT;
	ring->wide = context__field(line, 116, 1);
	ring->frame_max = context__field(line, 174, 14);
	return true;
}

void rx_ring__move_tail(struct rx_ring *ring, struct nic *nic, uint32_t tail)
{
	if (!ring->enabled)
		return;
	if (tail >= ring->length) {
		nic__warn(nic, "the tail of an RX ring is beyond its end");
		return;
	}
	ring->tail = tail;
	nic__room(nic);
}

enum rx_room rx_ring__room(const struct rx_ring *ring, size_t bytes)
{
	size_t ours = (ring->tail + ring->length - ring->head) % ring->length;
	size_t buffers;

	if (bytes > ring->frame_max || !ring->buffer_bytes)
		return RX_ROOM_NEVER;
	buffers = (bytes + ring->buffer_bytes - 1) / ring->buffer_bytes;
	if (buffers > BUFFERS_MAX)
		return RX_ROOM_NEVER;
	return buffers > ours ? RX_ROOM_LATER : RX_ROOM;
}

static uint64_t ring__descriptor(const struct rx_ring *ring)
{
	return ring->base + (uint64_t)ring->head * (ring->wide ? 32 : 16);
}

bool rx_ring__write_back(struct rx_ring *ring, struct nic *nic, struct intel_counters *counters,
			 const uint64_t words[2])
{
	uint64_t address = ring__descriptor(ring);
	static const uint8_t rest[16];

	if (!dma__publish64(nic, address, words[0]) ||
	    (ring->wide && !dma__write(nic, address + 16, rest, sizeof(rest))) ||
	    !dma__publish64(nic, address + 8, words[1])) {
		counters->bad_addresses++;
		return false;
	}
	ring->head = ring->head + 1 == ring->length ? 0 : ring->head + 1;
	return true;
}

bool rx_ring__put(struct rx_ring *ring, struct nic *nic, struct intel_counters *counters,
		  const struct rx_frame *frame)
{
	bool bad = false;
	size_t at, part;

	for (at = 0; at < frame->bytes; at += part) {
		bool last = frame->bytes - at <= ring->buffer_bytes;
		uint8_t descriptor[8];
		uint64_t words[2];

		part = last ? frame->bytes - at : ring->buffer_bytes;
		if (!dma__read(nic, ring__descriptor(ring), descriptor, sizeof(descriptor))) {
			counters->bad_addresses++;
			nic__warn(nic, "an RX ring is not in guest memory");
			return false;
		}
		if (!dma__write(nic, le64(descriptor), frame->data + at, part)) {
			counters->bad_addresses++;
			bad = true;
		}
		frame->describe(frame->verdict, part, last, bad, words);
		if (!rx_ring__write_back(ring, nic, counters, words))
			return false;
	}
	ring->frames++;
	return true;
}
