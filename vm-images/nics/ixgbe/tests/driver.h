/* SPDX-License-Identifier: MIT */
/* What a driver of the 82599 does, in the few lines the tests of the model need. */
#ifndef IXGBE_DRIVER_H
#define IXGBE_DRIVER_H

/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "frame/headers.h"
#include "ixgbe/descriptors.h"
#include "ixgbe/model.h"
#include "ixgbe/registers.h"
#include "test/fake_guest.h"

/* A ring, with a buffer of BUFFER_BYTES for each descriptor. */
#define BUFFER_BYTES 16384

struct ring {
	struct guest *guest;
	uint32_t window;	/* of its registers */
	uint64_t base, buffers;
	uint32_t size, tail;
};

static inline struct guest *driver__start(void)
{
	struct guest *guest = guest__create(&ixgbe_model);

	guest__write32(guest, FCTRL, FCTRL_BROADCAST | FCTRL_MULTICAST_ALL | FCTRL_UNICAST_ALL);
	guest__write32(guest, HLREG0, HLREG0_JUMBO | HLREG0_CRC_STRIP | HLREG0_PAD);
	guest__write32(guest, MAXFRS, 9728u << MAXFRS_SHIFT);
	guest__write32(guest, RXCSUM, RXCSUM_NO_CHECKSUM);
	guest__write32(guest, DMATXCTL,
		       guest__read32(guest, DMATXCTL) | DMATXCTL_ENABLE);
	guest__write32(guest, RXCTRL, RXCTRL_ENABLE);
	return guest;
}

static inline void ring__set(struct ring *ring, uint32_t which, uint32_t value)
{
	guest__write32(ring->guest, ring->window + which, value);
}

static inline uint32_t ring__get(struct ring *ring, uint32_t which)
{
	return guest__read32(ring->guest, ring->window + which);
}

static inline uint32_t rx__window(unsigned int queue)
{
	return queue < 64 ? RX_WINDOW_LOW + 0x40 * queue : RX_WINDOW_HIGH + 0x40 * (queue - 64);
}

/* The offsets of base, length, head and tail are those of both directions. */
static inline struct ring ring__create(struct guest *guest, uint32_t window, uint32_t size)
{
	struct ring ring = {
		.guest = guest,
		.window = window,
		.base = guest__alloc(guest, size * 16, 128),
		.buffers = guest__alloc(guest, (size_t)size * BUFFER_BYTES, 4096),
		.size = size,
	};

	ring__set(&ring, RDBAL, (uint32_t)ring.base);
	ring__set(&ring, RDBAH, (uint32_t)(ring.base >> 32));
	ring__set(&ring, RDLEN, size * 16);
	ring__set(&ring, RDH, 0);
	ring__set(&ring, RDT, 0);
	return ring;
}

static inline struct ring tx__create(struct guest *guest, unsigned int queue, uint32_t size)
{
	struct ring ring = ring__create(guest, TX_WINDOW + 0x40 * queue, size);

	ring__set(&ring, TXDCTL, TXDCTL_ENABLE);
	return ring;
}

static inline struct ring rx__create(struct guest *guest, unsigned int queue, uint32_t size,
				     uint32_t buffer_kb)
{
	struct ring ring = ring__create(guest, rx__window(queue), size);

	ring__set(&ring, SRRCTL, SRRCTL_TYPE_ADVANCED | buffer_kb);
	ring__set(&ring, RXDCTL, RXDCTL_ENABLE);
	return ring;
}

static inline struct descriptor *ring__at(struct ring *ring, uint32_t index)
{
	struct descriptor *ring_memory = guest__at(ring->guest, ring->base);

	return &ring_memory[index % ring->size];
}

static inline uint64_t ring__buffer(const struct ring *ring, uint32_t index)
{
	return ring->buffers + (uint64_t)(index % ring->size) * BUFFER_BYTES;
}

static inline uint8_t *ring__bytes(struct ring *ring, uint32_t index)
{
	return guest__at(ring->guest, ring__buffer(ring, index));
}

/* Writes a descriptor at the tail, which the device is not told of yet. Returns its index. */
static inline uint32_t ring__put(struct ring *ring, uint64_t address, uint32_t word2,
				 uint32_t word3)
{
	uint32_t index = ring->tail;

	*ring__at(ring, index) = (struct descriptor){
		{ (uint32_t)address, (uint32_t)(address >> 32), word2, word3 }
	};
	ring->tail = (ring->tail + 1) % ring->size;
	return index;
}

static inline void ring__kick(struct ring *ring)
{
	ring__set(ring, RDT, ring->tail);
	guest__run(ring->guest);
}

/* Gives @count buffers to a receive ring. */
static inline void rx__fill(struct ring *ring, uint32_t count)
{
	while (count--)
		ring__put(ring, ring__buffer(ring, ring->tail), 0, 0);
	ring__kick(ring);
}

#define TX_COMMAND (TX_EXTENDED | TX_TYPE_DATA | TX_END | TX_REPORT)

/* Puts a packet of one descriptor on the ring. */
static inline uint32_t tx__put(struct ring *ring, const void *packet, uint32_t bytes,
			       uint32_t command, uint32_t options)
{
	memcpy(ring__bytes(ring, ring->tail), packet, bytes);
	return ring__put(ring, ring__buffer(ring, ring->tail), bytes | command, options);
}

static inline void tx__put_context(struct ring *ring, uint32_t lengths_and_tag, uint32_t kinds,
				   uint32_t mss_and_l4)
{
	uint32_t index = ring__put(ring, 0, TX_EXTENDED | TX_TYPE_CONTEXT | kinds, mss_and_l4);

	ring__at(ring, index)->word[0] = lengths_and_tag;
}

static inline uint32_t rx__status(struct ring *ring, uint32_t index)
{
	return ring__at(ring, index)->word[2];
}

static inline uint32_t rx__length(struct ring *ring, uint32_t index)
{
	return ring__at(ring, index)->word[3] & 0xffff;
}

/* Frames: the bytes count up, so that every piece is told from the others. */
static inline size_t frame__make(uint8_t *frame, size_t bytes, uint8_t first)
{
	memset(frame, 0, 14);
	memcpy(frame, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x88\xb5", 14);
	for (size_t i = 14; i < bytes; i++)
		frame[i] = (uint8_t)(first + i);
	return bytes;
}

static inline void frame__put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline uint32_t frame__get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static inline uint32_t frame__get32(const uint8_t *at)
{
	return frame__get16(at) << 16 | frame__get16(at + 2);
}

static inline uint32_t frame__sum(const uint8_t *at, size_t bytes, uint32_t sum)
{
	for (size_t i = 0; i < bytes; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* The sum of addresses, protocol and length that TCP and UDP checksums have in them. */
static inline uint32_t frame__pseudo(const uint8_t *frame, size_t l4_bytes)
{
	return frame__sum(frame + 26, 8, frame[23] + (uint32_t)l4_bytes);
}

/* An IPv4 frame with right checksums: 14 + 20 + (20 or 8) + payload. Returns its bytes. */
static inline size_t frame__ipv4(uint8_t *frame, uint8_t protocol, uint32_t source,
				 uint32_t destination, uint16_t source_port,
				 uint16_t destination_port, size_t payload)
{
	size_t header = protocol == PROTOCOL_TCP ? 20 : 8, l4_bytes = header + payload;
	size_t field = 34 + (protocol == PROTOCOL_TCP ? 16 : 6);

	frame__make(frame, 34 + l4_bytes, 1);
	frame__put16(frame + 12, 0x0800);
	memcpy(frame + 14, "\x45\x00\x00\x00\x12\x34\x00\x00\x40\x00\x00\x00", 12);
	frame[23] = protocol;
	frame__put16(frame + 16, (uint32_t)(20 + l4_bytes));
	frame__put16(frame + 26, source >> 16);
	frame__put16(frame + 28, source);
	frame__put16(frame + 30, destination >> 16);
	frame__put16(frame + 32, destination);
	frame__put16(frame + 24, ~frame__sum(frame + 14, 20, 0));
	memset(frame + 34, 0, header);
	frame__put16(frame + 34, source_port);
	frame__put16(frame + 36, destination_port);
	if (protocol == PROTOCOL_TCP)
		memcpy(frame + 38, "\x00\x00\x10\x00\x00\x00\x00\x00\x50\x19\x10\x00", 12);
	else
		frame__put16(frame + 38, (uint32_t)l4_bytes);
	frame__put16(frame + field,
		     ~frame__sum(frame + 34, l4_bytes, frame__pseudo(frame, l4_bytes)));
	return 34 + l4_bytes;
}

#endif
