// SPDX-License-Identifier: MIT
/*
 * Receive (datasheet 7.1): filters, the choice of a queue, and that queue's ring of descriptors.
 *
 *	    head            tail
 *	┌────┬────┬────┬────┬────┬────┐
 *	│done│ buffers of ours   │    │	head == tail: no buffer is left
 *	└────┴────┴────┴────┴────┴────┘
 *
 * A frame takes as many buffers as it needs, or none: it is refused until there are enough (the
 * wire waits, as with flow control), or dropped when SRRCTL says so. The buffers are written first,
 * the descriptors after them in order, and the status of each last.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "frame/bytes.h"
#include "frame/checksum.h"
#include "filter.h"
#include "interrupts.h"
#include "ixgbe.h"
#include "link.h"
#include "packet.h"
#include "rx.h"
#include "rx_descriptor.h"
#include "statistics.h"
#include "steering.h"

#define RING_BYTES		0x000fff80u
#define RING_ALIGNMENT		0x7fu
#define RING_INDEX		0xffffu
#define BUFFER_UNIT		1024u
#define BUFFER_DEFAULT		2048u
/* The longest frame in the smallest buffers. */
#define BUFFERS_MAX		((NIC_FRAME_MAX + FRAME_CRC_BYTES) / BUFFER_UNIT + 1)

struct rx_ring {
	unsigned int queue;
	uint64_t base;
	uint32_t size, head, tail;	/* in descriptors */
	uint32_t buffer_bytes;
	bool advanced;
};

static bool ixgbe_rx__is_enabled(struct ixgbe *chip, unsigned int queue)
{
	return ixgbe_rx__register(chip, queue, RXDCTL) & RXDCTL_ENABLE;
}

/* Return: whether the ring is one; its indices are within it then. */
static bool ixgbe_rx__ring(struct ixgbe *chip, unsigned int queue, struct rx_ring *ring)
{
	uint32_t control = ixgbe_rx__register(chip, queue, SRRCTL);

	ring->queue = queue;
	ring->base = (uint64_t)ixgbe_rx__register(chip, queue, RDBAH) << 32 |
		     ixgbe_rx__register(chip, queue, RDBAL);
	ring->size = ixgbe_rx__register(chip, queue, RDLEN) / DESCRIPTOR_BYTES;
	ring->head = ixgbe_rx__register(chip, queue, RDH);
	ring->tail = ixgbe_rx__register(chip, queue, RDT);
	ring->buffer_bytes = (control & SRRCTL_BUFFER_KB) * BUFFER_UNIT;
	if (!ring->buffer_bytes)
		ring->buffer_bytes = BUFFER_DEFAULT;
	ring->advanced = (control & SRRCTL_TYPE) != SRRCTL_TYPE_LEGACY;
	if (ring->head < ring->size && ring->tail < ring->size)
		return true;
	nic__warn(chip->nic, "head or tail of an enabled receive queue is not in its ring");
	return false;
}

static uint32_t ixgbe_rx__free(const struct rx_ring *ring)
{
	return (ring->tail + ring->size - ring->head) % ring->size;
}

static uint64_t ixgbe_rx__address(const struct rx_ring *ring, uint32_t ahead)
{
	return ring->base + (uint64_t)(ring->head + ahead) % ring->size * DESCRIPTOR_BYTES;
}

/* What goes to memory: the frame as it is, or without its tag, or with its checksum. */
static const uint8_t *ixgbe_rx__content(struct ixgbe *chip, const struct packet *packet,
					unsigned int queue, size_t *bytes)
{
	bool strip = packet->vlan && ixgbe_rx__register(chip, queue, RXDCTL) & RXDCTL_VLAN_STRIP;
	bool checksum = !(ixgbe__register(chip, HLREG0) & HLREG0_CRC_STRIP);
	uint8_t *copy = chip->content;
	size_t skipped = strip ? VLAN_BYTES : 0;

	*bytes = packet->length - skipped;
	if (!strip && !checksum)
		return packet->bytes;
	memcpy(copy, packet->bytes, ETHERTYPE_AT);
	memcpy(copy + ETHERTYPE_AT, packet->bytes + ETHERTYPE_AT + skipped,
	       *bytes - ETHERTYPE_AT);
	if (checksum) {
		put_le32(copy + *bytes, checksum__ethernet(packet->bytes, packet->length));
		*bytes += FRAME_CRC_BYTES;
	}
	return copy;
}

static bool ixgbe_rx__write_back(struct ixgbe *chip, const struct rx_ring *ring, uint32_t ahead,
				 const struct descriptor *template, uint32_t bytes, bool last)
{
	uint64_t at = ixgbe_rx__address(ring, ahead);
	uint32_t status = template->word[2] | (last ? RX_STATUS_END : 0);
	uint32_t tag = template->word[3];

	if (!ring->advanced) {
		uint32_t errors = 0;

		errors |= status & RX_ERROR_IP ? RX_LEGACY_ERROR_IP : 0;
		errors |= status & RX_ERROR_L4 ? RX_LEGACY_ERROR_L4 : 0;
		return dma__publish64(chip->nic, at + 8,
				      (uint64_t)(tag | errors | (status & 0xff)) << 32 | bytes);
	}
	return dma__write(chip->nic, at, template->word, 8) &&
	       dma__publish64(chip->nic, at + 8, (uint64_t)(tag | bytes) << 32 | status);
}

/* Return: whether the guest's memory took the frame and its descriptors. */
static bool ixgbe_rx__store(struct ixgbe *chip, struct rx_ring *ring, const uint8_t *content,
			    size_t bytes, const struct descriptor *template)
{
	uint64_t addresses[BUFFERS_MAX];
	uint32_t count = 0;

	for (size_t at = 0; at < bytes; at += ring->buffer_bytes, count++) {
		size_t piece = bytes - at < ring->buffer_bytes ? bytes - at : ring->buffer_bytes;

		if (!dma__read(chip->nic, ixgbe_rx__address(ring, count), &addresses[count], 8) ||
		    !dma__write(chip->nic, addresses[count], content + at, piece))
			return false;
	}
	for (uint32_t i = 0; i < count; i++) {
		bool last = i + 1 == count;
		size_t piece = last ? bytes - (size_t)i * ring->buffer_bytes : ring->buffer_bytes;

		if (!ixgbe_rx__write_back(chip, ring, i, template, (uint32_t)piece, last))
			return false;
	}
	ixgbe__set_register(chip, ixgbe_rx__offset(ring->queue, RDH),
			    (ring->head + count) % ring->size);
	return true;
}

static bool ixgbe_rx__drop(struct ixgbe *chip, unsigned int queue)
{
	ixgbe_statistics__dropped_on(chip, queue);
	chip->counters.rx_dropped++;
	return true;
}

/* Return: as nic_model.receive. */
static bool ixgbe_rx__deliver(struct ixgbe *chip, const struct packet *packet,
			      const struct ixgbe_choice *choice)
{
	struct descriptor template;
	struct rx_ring ring;
	const uint8_t *content;
	uint32_t needed;
	size_t bytes;

	if (choice->drop || !ixgbe_rx__is_enabled(chip, choice->queue) ||
	    !ixgbe_rx__ring(chip, choice->queue, &ring))
		return ixgbe_rx__drop(chip, choice->queue);

	content = ixgbe_rx__content(chip, packet, choice->queue, &bytes);
	needed = (uint32_t)((bytes + ring.buffer_bytes - 1) / ring.buffer_bytes);
	if (needed > ixgbe_rx__free(&ring)) {
		/* A ring that never has enough would stop the wire for ever. */
		if (ixgbe_rx__register(chip, choice->queue, SRRCTL) & SRRCTL_DROP ||
		    needed >= ring.size)
			return ixgbe_rx__drop(chip, choice->queue);
		return false;
	}

	ixgbe_rx__describe(chip, packet, choice, &template);
	if (!ixgbe_rx__store(chip, &ring, content, bytes, &template)) {
		chip->counters.bad_addresses++;
		return ixgbe_rx__drop(chip, choice->queue);
	}
	ixgbe_statistics__received_on(chip, choice->queue, packet->length);
	chip->counters.rx_frames++;
	chip->counters.rx_bytes += packet->length;
	chip->counters.rx_queue[choice->queue]++;
	ixgbe_interrupts__raise_queue(chip, choice->queue, false);
	return true;
}

bool ixgbe_rx__receive(struct ixgbe *chip, const void *frame, size_t bytes)
{
	uint16_t tag = ixgbe__register(chip, VLNCTRL) & VLNCTRL_ETHERTYPE;
	uint8_t padded[FRAME_MIN] = { 0 };
	struct ixgbe_choice choice;
	struct packet packet;

	if (!(ixgbe__register(chip, RXCTRL) & RXCTRL_ENABLE) || !ixgbe__is_master(chip)) {
		chip->counters.rx_filtered++;
		return true;
	}
	/* The far end may be a TAP: its frames are not padded as those of a MAC are. */
	if (bytes < FRAME_MIN) {
		memcpy(padded, frame, bytes);
		frame = padded;
		bytes = FRAME_MIN;
	}
	ixgbe_packet__parse(&packet, frame, bytes, tag);
	if (ixgbe_filter__fits(chip, &packet) && ixgbe_filter__accepts(chip, &packet)) {
		ixgbe_steering__choose(chip, &packet, &choice);
		if (!ixgbe_rx__deliver(chip, &packet, &choice))
			return false;
		ixgbe_statistics__received(chip, &packet);
		if (choice.flow_searched)
			ixgbe_statistics__add(chip, choice.flow_match ? FDIRMATCH :
							FDIRMISS, 1);
	} else {
		if (!ixgbe_filter__fits(chip, &packet))
			ixgbe_statistics__add(chip, ROC, 1);
		chip->counters.rx_filtered++;
	}
	/* Counted when it is done with: a refused frame is offered again. */
	ixgbe_statistics__arrived(chip, bytes);
	return true;
}

/* There may be room, or nothing to wait for any more. */
static void ixgbe_rx__retry(struct ixgbe *chip)
{
	nic__room(chip->nic);
	if (ixgbe_link__loops_back(chip))
		nic__schedule(chip->nic);
}

bool ixgbe_rx__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	bool low = offset >= RX_WINDOW_LOW && offset < RX_WINDOW_LOW + 64 * QUEUE_WINDOW;
	bool high = offset >= RX_WINDOW_HIGH && offset < RX_WINDOW_HIGH + 64 * QUEUE_WINDOW;

	if (offset == RXCTRL) {
		ixgbe__set_register(chip, offset, value);
		ixgbe_rx__retry(chip);
		return true;
	}
	if (offset == RDRXCTL) {
		ixgbe__set_register(chip, offset, value | RDRXCTL_INIT_DONE);
		return true;
	}
	if (!low && !high)
		return false;
	switch (offset % QUEUE_WINDOW) {
	case RDBAL:
		ixgbe__set_register(chip, offset, value & ~RING_ALIGNMENT);
		return true;
	case RDLEN:
		ixgbe__set_register(chip, offset, value & RING_BYTES);
		return true;
	case RDH:
		ixgbe__set_register(chip, offset, value & RING_INDEX);
		return true;
	case RDT:
		ixgbe__set_register(chip, offset, value & RING_INDEX);
		ixgbe_rx__retry(chip);
		return true;
	case RXDCTL:
		ixgbe__set_register(chip, offset, value & ~RXDCTL_FLUSH);
		ixgbe_rx__retry(chip);
		return true;
	default:
		return false;
	}
}
