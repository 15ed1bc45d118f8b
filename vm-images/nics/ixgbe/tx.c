// SPDX-License-Identifier: MIT
/*
 * Transmit (datasheet 7.2): the rings, one packet at a time from each in turn.
 *
 * A packet is gathered whole, up to the descriptor that ends it, before any of it is used; it is
 * completed whole. What the wire has no room for stays on the ring: it is gathered anew, and of a
 * packet that is cut into segments those that were sent are left out.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "interrupts.h"
#include "ixgbe.h"
#include "link.h"
#include "offload.h"
#include "rx.h"
#include "statistics.h"
#include "tx.h"

#define RING_BYTES		0x000fff80u
#define RING_ALIGNMENT		0x7fu
#define RING_INDEX		0xffffu
#define FRAMES_A_PASS		64
#define DESCRIPTORS_A_PASS	1024

struct tx_ring {
	unsigned int queue;
	uint64_t base;
	uint32_t size, head, tail;	/* in descriptors */
};

/* The descriptors of a packet, from the head on. */
struct walk {
	struct descriptor seen[IXGBE_PACKET_DESCRIPTORS];
	uint32_t count;
	bool ended;	/* the last of them ends the packet */
	bool broken;	/* the packet cannot be sent */
	struct ixgbe_order order;
};

struct budget {
	int frames, descriptors;
};

enum outcome {
	TX_EMPTY,	/* nothing to do until the tail moves */
	TX_MORE,
	TX_BLOCKED,	/* the wire has no room */
};

static void ixgbe_tx__arm(struct ixgbe *chip, unsigned int queue)
{
	chip->tx_armed[queue / 64] |= UINT64_C(1) << queue % 64;
	nic__schedule(chip->nic);
}

static bool ixgbe_tx__is_armed(const struct ixgbe *chip, unsigned int queue)
{
	return chip->tx_armed[queue / 64] >> queue % 64 & 1;
}

static void ixgbe_tx__disarm(struct ixgbe *chip, unsigned int queue)
{
	chip->tx_armed[queue / 64] &= ~(UINT64_C(1) << queue % 64);
}

/* Return: whether there is something on the ring, and the ring is one. */
static bool ixgbe_tx__ring(struct ixgbe *chip, unsigned int queue, struct tx_ring *ring)
{
	if (!(ixgbe_tx__register(chip, queue, TXDCTL) & TXDCTL_ENABLE))
		return false;
	ring->queue = queue;
	ring->base = (uint64_t)ixgbe_tx__register(chip, queue, TDBAH) << 32 |
		     ixgbe_tx__register(chip, queue, TDBAL);
	ring->size = ixgbe_tx__register(chip, queue, TDLEN) / DESCRIPTOR_BYTES;
	ring->head = ixgbe_tx__register(chip, queue, TDH);
	ring->tail = ixgbe_tx__register(chip, queue, TDT);
	if (ring->head == ring->tail)
		return false;
	if (ring->head < ring->size && ring->tail < ring->size)
		return true;
	nic__warn(chip->nic, "head or tail of an enabled transmit queue is not in its ring");
	return false;
}

static uint64_t ixgbe_tx__address(const struct tx_ring *ring, uint32_t ahead)
{
	return ring->base + (uint64_t)(ring->head + ahead) % ring->size * DESCRIPTOR_BYTES;
}

/* 7.2.3: one of two contexts is set for packets to come. */
static bool ixgbe_tx__is_context(const struct descriptor *descriptor)
{
	return descriptor->word[2] & TX_EXTENDED &&
	       (descriptor->word[2] & TX_TYPE) == TX_TYPE_CONTEXT;
}

static unsigned int ixgbe_tx__context_index(const struct descriptor *descriptor)
{
	return descriptor->word[3] >> TX_CONTEXT_SHIFT & (IXGBE_CONTEXTS - 1);
}

static void ixgbe_tx__append(struct ixgbe *chip, struct walk *walk,
			     const struct descriptor *descriptor)
{
	uint64_t address = (uint64_t)descriptor->word[1] << 32 | descriptor->word[0];
	size_t bytes = descriptor->word[2] & TX_LENGTH;

	if (walk->broken)
		return;
	if (bytes > IXGBE_PACKET_MAX - walk->order.bytes) {
		walk->broken = true;
	} else if (!dma__read(chip->nic, address, chip->packet + walk->order.bytes, bytes)) {
		chip->counters.bad_addresses++;
		walk->broken = true;
	}
	walk->order.bytes += bytes;
}

/* Return: whether the descriptors could be read. */
static bool ixgbe_tx__gather(struct ixgbe *chip, const struct tx_ring *ring, struct walk *walk)
{
	uint32_t available = (ring->tail + ring->size - ring->head) % ring->size;
	struct ixgbe_tx_queue *queue = &chip->tx[ring->queue];
	bool started = false;

	walk->count = 0;
	walk->ended = false;
	walk->broken = queue->discards;
	walk->order.bytes = 0;
	while (!walk->ended && walk->count < available && walk->count < IXGBE_PACKET_DESCRIPTORS) {
		struct descriptor *descriptor = &walk->seen[walk->count];

		if (!dma__read(chip->nic, ixgbe_tx__address(ring, walk->count), descriptor,
			       sizeof(*descriptor))) {
			chip->counters.bad_addresses++;
			return false;
		}
		walk->count++;
		if (ixgbe_tx__is_context(descriptor)) {
			queue->contexts[ixgbe_tx__context_index(descriptor)] = *descriptor;
			continue;
		}
		if (!started) {
			walk->order.command = descriptor->word[2];
			walk->order.options = descriptor->word[3];
			walk->order.context = queue->contexts[ixgbe_tx__context_index(descriptor)];
			started = true;
		}
		ixgbe_tx__append(chip, walk, descriptor);
		walk->ended = descriptor->word[2] & TX_END;
	}
	return true;
}

/* 7.2.3.5: tells software how far the chip is, in the descriptors or by the head in memory. */
static void ixgbe_tx__complete(struct ixgbe *chip, const struct tx_ring *ring,
			       const struct walk *walk)
{
	uint32_t write_back = ixgbe_tx__register(chip, ring->queue, TDWBAL);
	uint32_t head = (ring->head + walk->count) % ring->size;
	bool reports = false, written = true;

	for (uint32_t i = 0; i < walk->count; i++) {
		const struct descriptor *descriptor = &walk->seen[i];
		uint32_t status = TX_STATUS_DONE;

		if (ixgbe_tx__is_context(descriptor) || !(descriptor->word[2] & TX_REPORT))
			continue;
		reports = true;
		if (write_back & TDWBAL_ENABLE)
			continue;
		if (!(descriptor->word[2] & TX_EXTENDED))
			status |= descriptor->word[3] & ~TX_STATUS;
		written &= dma__publish32(chip->nic, ixgbe_tx__address(ring, i) + 12, status);
	}
	ixgbe__set_register(chip, ixgbe_tx__offset(ring->queue, TDH), head);
	chip->tx[ring->queue].segments_sent = 0;
	if (!reports)
		return;
	if (write_back & TDWBAL_ENABLE) {
		uint64_t address = (uint64_t)ixgbe_tx__register(chip, ring->queue, TDWBAH) << 32 |
				   (write_back & ~3u);

		written = dma__publish32(chip->nic, address, head);
	}
	if (!written)
		chip->counters.bad_addresses++;
	ixgbe_interrupts__raise_queue(chip, ring->queue, true);
}

static bool ixgbe_tx__transmit(struct ixgbe *chip, unsigned int queue, size_t bytes)
{
	bool taken = ixgbe_link__loops_back(chip) ?
		     ixgbe_rx__receive(chip, chip->frame, bytes) :
		     nic__transmit(chip->nic, chip->frame, bytes);

	if (!taken)
		return false;
	ixgbe_statistics__sent(chip, queue, chip->frame, bytes);
	chip->counters.tx_frames++;
	chip->counters.tx_bytes += bytes;
	chip->counters.tx_queue[queue]++;
	return true;
}

/* Return: TX_EMPTY when all of the packet is gone. */
static enum outcome ixgbe_tx__send(struct ixgbe *chip, unsigned int queue,
				   const struct ixgbe_order *order, struct budget *budget)
{
	uint32_t frames = ixgbe_offload__frames(order);
	uint32_t *sent = &chip->tx[queue].segments_sent;

	if (!frames)
		chip->counters.tx_dropped++;
	for (; *sent < frames; (*sent)++) {
		size_t bytes;

		if (budget->frames <= 0)
			return TX_MORE;
		bytes = ixgbe_offload__make(chip, order, *sent);
		if (!bytes)
			break;
		if (!ixgbe_tx__transmit(chip, queue, bytes))
			return TX_BLOCKED;
		budget->frames--;
	}
	if (frames > 1)
		chip->counters.tx_segmented++;
	return TX_EMPTY;
}

/* One packet of a queue. */
static enum outcome ixgbe_tx__packet(struct ixgbe *chip, unsigned int queue, struct budget *budget)
{
	struct ixgbe_tx_queue *state = &chip->tx[queue];
	struct tx_ring ring;
	enum outcome outcome;
	struct walk walk;

	if (!ixgbe_tx__ring(chip, queue, &ring) || !ixgbe_tx__gather(chip, &ring, &walk))
		return TX_EMPTY;
	budget->descriptors -= (int)walk.count;

	if (!walk.ended && walk.count < IXGBE_PACKET_DESCRIPTORS && !state->discards)
		return TX_EMPTY;	/* the rest is still to come */
	if (walk.ended && !walk.broken) {
		outcome = ixgbe_tx__send(chip, queue, &walk.order, budget);
		if (outcome != TX_EMPTY)
			return outcome;
	} else if (!state->discards) {
		chip->counters.tx_dropped++;
	}
	state->discards = !walk.ended;
	ixgbe_tx__complete(chip, &ring, &walk);
	return TX_MORE;
}

bool ixgbe_tx__work(struct ixgbe *chip)
{
	struct budget budget = { .frames = FRAMES_A_PASS, .descriptors = DESCRIPTORS_A_PASS };
	unsigned int idle = 0;

	if (!(ixgbe__register(chip, DMATXCTL) & DMATXCTL_ENABLE) || !ixgbe__is_master(chip))
		return false;
	while (idle < IXGBE_QUEUES) {
		unsigned int queue = chip->tx_next;

		if (budget.frames <= 0 || budget.descriptors <= 0)
			return true;
		if (!ixgbe_tx__is_armed(chip, queue)) {
			idle++;
		} else {
			enum outcome outcome = ixgbe_tx__packet(chip, queue, &budget);

			if (outcome == TX_BLOCKED)
				return false;
			if (outcome == TX_EMPTY)
				ixgbe_tx__disarm(chip, queue);
			idle = 0;
		}
		chip->tx_next = (queue + 1) % IXGBE_QUEUES;
	}
	return false;
}

static void ixgbe_tx__control(struct ixgbe *chip, unsigned int queue, uint32_t value)
{
	ixgbe__set_register(chip, ixgbe_tx__offset(queue, TXDCTL), value & ~TXDCTL_FLUSH);
	if (value & TXDCTL_ENABLE)
		ixgbe_tx__arm(chip, queue);
	else
		memset(&chip->tx[queue], 0, sizeof(chip->tx[queue]));
}

bool ixgbe_tx__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	unsigned int queue = (offset - TX_WINDOW) / QUEUE_WINDOW;

	if (offset == DMATXCTL) {
		ixgbe__set_register(chip, offset, value);
		memset(chip->tx_armed, 0xff, sizeof(chip->tx_armed));
		nic__schedule(chip->nic);
		return true;
	}
	if (offset < TX_WINDOW || queue >= IXGBE_QUEUES)
		return false;
	switch (offset % QUEUE_WINDOW) {
	case TDBAL:
		ixgbe__set_register(chip, offset, value & ~RING_ALIGNMENT);
		return true;
	case TDLEN:
		ixgbe__set_register(chip, offset, value & RING_BYTES);
		return true;
	case TDH:
		ixgbe__set_register(chip, offset, value & RING_INDEX);
		chip->tx[queue].segments_sent = 0;
		return true;
	case TDT:
		ixgbe__set_register(chip, offset, value & RING_INDEX);
		ixgbe_tx__arm(chip, queue);
		return true;
	case TXDCTL:
		ixgbe_tx__control(chip, queue, value);
		return true;
	default:
		return false;
	}
}
