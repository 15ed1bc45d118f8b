// SPDX-License-Identifier: MIT
/* The walk over all rings: in turns, until the pass is over or the wire is full. */
#include "core/memory/dma.h"
#include "core/nic.h"
#include "offload.h"
#include "tx_packet.h"
#include "tx_ring.h"

#define FRAMES_A_PASS 256u
#define FRAMES_A_TURN 64u

/* A pass over the rings, and what is left of it. */
struct pass {
	struct tx_rings *rings;
	struct nic *nic;
	const struct tx_card *card;
	struct intel_counters *counters;
	unsigned int budget;		/* frames */
};

void tx_ring__move_tail(struct tx_ring *ring, struct nic *nic, uint32_t tail)
{
	if (!ring->enabled)
		return;
	if (tail >= ring->length) {
		nic__warn(nic, "the tail of a TX ring is beyond its end");
		return;
	}
	ring->tail = tail;
	ring->incomplete = false;
	nic__schedule(nic);
}

static unsigned int packet__decode(const struct pass *pass, const struct tx_packet *packet,
				   struct offload *offload)
{
	if (packet->impossible)
		return 0;
	offload__decode(offload, packet->data, packet->has_context ? packet->context : NULL);
	pass->card->cleared_flags(pass->nic, offload->cleared_flags);
	return offload__frames(offload, packet->bytes, pass->card->frame_max);
}

/* Return: whether the frame is gone; false: the wire has no room. */
static bool frame__send(struct pass *pass, unsigned int queue, const uint8_t *frame, size_t bytes)
{
	switch (pass->card->send(pass->nic, queue, frame, bytes)) {
	case TX_SENT:
		pass->rings->ring[queue].frames++;
		return true;
	case TX_DROPPED:
		pass->counters->tx_dropped++;
		return true;
	default:
		pass->rings->wire_full = true;
		return false;
	}
}

/*
 * Sends the frames of a packet that were not sent yet, at most @left (not 0), which is reduced.
 * Return: whether all are sent.
 */
static bool packet__send(struct pass *pass, unsigned int queue, const struct tx_packet *packet,
			 unsigned int *left)
{
	struct tx_ring *ring = &pass->rings->ring[queue];
	uint8_t frame[NIC_FRAME_MAX];
	struct offload offload;
	unsigned int frames;

	/* What becomes no frames is work as well: no ring keeps the others waiting. */
	if (packet->data & TX_DATA_DUMMY) {
		--*left;
		return true;
	}
	frames = packet__decode(pass, packet, &offload);
	if (!frames) {
		pass->card->refused(pass->nic, queue);
		pass->counters->tx_dropped++;
		--*left;
		return true;
	}
	for (; ring->segments_sent < frames; ring->segments_sent++) {
		size_t bytes;

		if (!*left)
			return false;
		bytes = offload__frame(&offload, pass->rings->packet, packet->bytes,
				       ring->segments_sent, frame);
		if (!frame__send(pass, queue, frame, bytes))
			return false;
		--*left;
	}
	return true;
}

/* The packet is gone: the ring moves on, and a driver that looks at descriptors is told. */
static void packet__finish(struct pass *pass, unsigned int queue, const struct tx_packet *packet)
{
	struct tx_ring *ring = &pass->rings->ring[queue];
	unsigned int last = (ring->head + packet->descriptors - 1) % ring->length;

	if (pass->card->leaves)
		pass->card->leaves(pass->nic, queue, packet);
	if (packet->reports && !ring->writes_head &&
	    !dma__publish64(pass->nic, ring->base + (uint64_t)last * TX_DESCRIPTOR_BYTES + 8,
			    TX_TYPE_DONE))
		pass->counters->bad_addresses++;
	ring->head = (last + 1) % ring->length;
	ring->segments_sent = 0;
}

static enum tx_gathered packet__gather(struct pass *pass, const struct tx_ring *ring,
				       struct tx_packet *packet)
{
	enum tx_gathered gathered;

	gathered = tx_packet__gather(pass->nic, ring, packet, pass->rings->packet, TX_PACKET_MAX);
	if (packet->bad_address)
		pass->counters->bad_addresses++;
	return gathered;
}

static void ring__fail(struct pass *pass, struct tx_ring *ring)
{
	pass->counters->bad_addresses++;
	nic__warn(pass->nic, "a TX ring is not in guest memory");
	ring->tail = ring->head;
}

/* The head has moved. */
static void ring__tell(struct pass *pass, unsigned int queue, bool reports)
{
	const struct tx_ring *ring = &pass->rings->ring[queue];

	if (ring->writes_head && !dma__publish32(pass->nic, ring->head_address, ring->head))
		pass->counters->bad_addresses++;
	if (ring->writes_head || reports)
		pass->card->interrupt(pass->nic, queue);
}

/* A ring's turn. Return: whether it has more packets, and the wire had room. */
static bool ring__run(struct pass *pass, unsigned int queue)
{
	struct tx_ring *ring = &pass->rings->ring[queue];
	unsigned int turn = pass->budget < FRAMES_A_TURN ? pass->budget : FRAMES_A_TURN;
	unsigned int left = turn;
	enum tx_gathered gathered = TX_GATHERED_WHOLE;
	uint16_t before = ring->head;
	struct tx_packet packet;
	bool reports = false;

	while (left && ring->head != ring->tail) {
		gathered = packet__gather(pass, ring, &packet);
		if (gathered != TX_GATHERED_WHOLE || !packet__send(pass, queue, &packet, &left))
			break;
		packet__finish(pass, queue, &packet);
		reports |= packet.reports;
	}
	pass->budget -= turn - left;
	ring->incomplete = gathered == TX_GATHERED_PART;
	if (gathered == TX_GATHERED_NO_RING)
		ring__fail(pass, ring);
	if (ring->head != before)
		ring__tell(pass, queue, reports);
	return ring->head != ring->tail && !ring->incomplete && !pass->rings->wire_full;
}

bool tx_rings__work(struct tx_rings *rings, struct nic *nic, const struct tx_card *card,
		    struct intel_counters *counters)
{
	struct pass pass = { rings, nic, card, counters, FRAMES_A_PASS };
	unsigned int first = rings->next, i;
	bool more = false;

	rings->wire_full = false;
	for (i = 0; i < INTEL_QUEUES && !rings->wire_full; i++) {
		unsigned int queue = (first + i) % INTEL_QUEUES;
		const struct tx_ring *ring = &rings->ring[queue];

		if (!ring->enabled || ring->head == ring->tail || ring->incomplete)
			continue;
		if (!pass.budget) {
			more = true;
			break;
		}
		more |= ring__run(&pass, queue);
		rings->next = (queue + 1) % INTEL_QUEUES;
	}
	/* The core calls again when the wire has room. */
	return more && !rings->wire_full;
}
