// SPDX-License-Identifier: MIT
/*
 * Transmit rings. A packet leaves the ring when the wire has taken all its frames; then the type of
 * its last descriptor becomes "done", if the driver asked for that (ice_txrx.c:ice_clean_tx_irq,
 * ice_xsk.c:ice_clean_xdp_irq_zc). There is no head write-back.
 */
#include "core/memory/dma.h"
#include "frame/bytes.h"
#include "frame/headers.h"
#include "ice.h"
#include "intel/offload.h"
#include "intel/tx_packet.h"
#include "interrupts.h"
#include "link.h"
#include "registers.h"
#include "rules.h"
#include "rx.h"
#include "statistics.h"
#include "tx.h"

#define FRAMES_A_PASS 256u
#define FRAMES_A_QUEUE 64u

/* TCP flags that not all segments keep; the driver sets nothing up for it. */
#define FLAGS_OF_THE_LAST 0x009		/* FIN, PSH */
#define FLAGS_OF_THE_FIRST 0x080	/* CWR */

static enum tx_gathered packet__gather(struct ice *chip, const struct ice_tx_queue *tx,
				       struct tx_packet *packet)
{
	const struct tx_ring ring = {
		.base = tx->base, .length = tx->length, .head = tx->head, .tail = tx->tail,
	};
	enum tx_gathered gathered;

	gathered = tx_packet__gather(chip->nic, &ring, packet, chip->packet, sizeof(chip->packet));
	if (packet->bad_address)
		chip->counters.bad_addresses++;
	return gathered;
}

static bool frame__is_blocked(const struct ice *chip, unsigned int vsi, const uint8_t *frame)
{
	struct ice_frame_key key = {
		.address = frame, .ethertype = be16(frame + ETHERTYPE_AT),
	};

	if (key.ethertype == ETHERTYPE_VLAN) {
		key.vlan = be16(frame + ETHERTYPE_AT + 2) & VLAN_ID;
		key.ethertype = be16(frame + ETHERTYPE_AT + VLAN_BYTES);
	}
	return ice_rules__blocks(chip, vsi, &key);
}

/* Return: whether the frame is gone; false: the wire has no room. */
static bool frame__send(struct ice *chip, struct ice_tx_queue *tx, const uint8_t *frame,
			size_t bytes)
{
	if (!ice_link__is_up(chip)) {
		ice_statistics__count(chip, GLPRT_TDOLD);
		chip->counters.tx_dropped++;
		return true;
	}
	if (frame__is_blocked(chip, tx->vsi, frame)) {
		chip->counters.tx_dropped++;
		return true;
	}
	/* In loopback the frame comes back, if there is room for it. */
	if (chip->link.loopback) {
		if (!ice_rx__receive(chip, frame, bytes))
			ice_rx__miss(chip);
	} else if (!nic__transmit(chip->nic, frame, bytes)) {
		return false;
	}
	ice_statistics__count_tx(chip, tx->vsi, frame, bytes);
	tx->frames++;
	return true;
}

static unsigned int packet__decode(const struct tx_packet *packet, struct offload *offload)
{
	offload__decode(offload, packet->data, packet->has_context ? packet->context : NULL);
	offload->cleared_flags[0] = FLAGS_OF_THE_LAST;
	offload->cleared_flags[1] = FLAGS_OF_THE_LAST | FLAGS_OF_THE_FIRST;
	offload->cleared_flags[2] = FLAGS_OF_THE_FIRST;
	return offload__frames(offload, packet->bytes, ICE_FRAME_MAX);
}

/*
 * Sends the frames of a packet that were not sent yet, at most @budget (not 0), which is reduced.
 * Return: whether all are sent.
 */
static bool packet__send(struct ice *chip, struct ice_tx_queue *tx, const struct tx_packet *packet,
			 unsigned int *budget)
{
	uint8_t frame[NIC_FRAME_MAX];
	struct offload offload;
	unsigned int frames;

	/* What becomes no frames is work as well: no ring keeps the others waiting. */
	if (packet->data & TX_DATA_DUMMY) {
		--*budget;
		return true;
	}
	frames = packet->impossible ? 0 : packet__decode(packet, &offload);
	if (!frames) {
		ice_statistics__count(chip, GLV_TEPC(tx->vsi));
		chip->counters.tx_dropped++;
		--*budget;
		return true;
	}
	for (; tx->segments_sent < frames; tx->segments_sent++) {
		size_t bytes;

		if (!*budget)
			return false;
		bytes = offload__frame(&offload, chip->packet, packet->bytes, tx->segments_sent,
				       frame);
		if (!frame__send(chip, tx, frame, bytes)) {
			chip->wire_full = true;
			return false;
		}
		--*budget;
	}
	return true;
}

/* The packet is gone: the ring moves on, and the driver is told. */
static void packet__finish(struct ice *chip, struct ice_tx_queue *tx,
			   const struct tx_packet *packet)
{
	unsigned int last = (tx->head + packet->descriptors - 1) % tx->length;

	if (packet->reports &&
	    !dma__publish64(chip->nic, tx->base + (uint64_t)last * TX_DESCRIPTOR_BYTES + 8,
			    TX_TYPE_DONE))
		chip->counters.bad_addresses++;
	tx->head = last + 1u == tx->length ? 0 : last + 1;
	tx->segments_sent = 0;
}

/* Return: whether the ring has more packets, and the wire had room. */
static bool ring__run(struct ice *chip, unsigned int queue, unsigned int *budget)
{
	struct ice_tx_queue *tx = &chip->tx[queue];
	unsigned int turn = *budget < FRAMES_A_QUEUE ? *budget : FRAMES_A_QUEUE;
	unsigned int left = turn;
	enum tx_gathered gathered = TX_GATHERED_WHOLE;
	struct tx_packet packet;
	bool reports = false;

	while (left && tx->head != tx->tail) {
		gathered = packet__gather(chip, tx, &packet);
		if (gathered != TX_GATHERED_WHOLE || !packet__send(chip, tx, &packet, &left))
			break;
		packet__finish(chip, tx, &packet);
		reports |= packet.reports;
	}
	*budget -= turn - left;
	tx->incomplete = gathered == TX_GATHERED_PART;

	if (gathered == TX_GATHERED_NO_RING) {
		chip->counters.bad_addresses++;
		nic__warn(chip->nic, "a TX ring is not in guest memory");
		tx->tail = tx->head;
	}
	if (reports)
		ice_interrupts__queue(chip, true, queue);
	return gathered == TX_GATHERED_WHOLE && tx->head != tx->tail && !chip->wire_full;
}

bool ice_tx__work(struct ice *chip)
{
	unsigned int budget = FRAMES_A_PASS, first = chip->next_tx, i;
	bool more = false;

	chip->wire_full = false;
	for (i = 0; i < ICE_QUEUES && !chip->wire_full; i++) {
		unsigned int queue = (first + i) % ICE_QUEUES;
		struct ice_tx_queue *tx = &chip->tx[queue];

		if (!tx->enabled || tx->head == tx->tail || tx->incomplete)
			continue;
		if (!budget) {
			more = true;
			break;
		}
		more |= ring__run(chip, queue, &budget);
		chip->next_tx = (queue + 1) % ICE_QUEUES;
	}
	/* The core calls again when the wire has room. */
	return more && !chip->wire_full;
}
