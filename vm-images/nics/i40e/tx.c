// SPDX-License-Identifier: MIT
/*
 * Transmit rings (datasheet section 8.4, "LAN transmit"). A packet leaves the ring when the wire
 * has taken all its frames; then the head is written back, or DD in the last descriptor.
 */
#include "core/memory/dma.h"
#include "frame/bytes.h"
#include "frame/headers.h"
#include "flow_director.h"
#include "i40e.h"
#include "intel/offload.h"
#include "intel/tx_packet.h"
#include "interrupts.h"
#include "link.h"
#include "registers.h"
#include "statistics.h"
#include "tx.h"

#define FRAMES_A_PASS 256u
#define FRAMES_A_QUEUE 64u

static uint16_t ring__next(const struct i40e_tx_queue *tx, uint16_t at)
{
	return at + 1 == tx->length ? 0 : at + 1;
}

static uint64_t ring__descriptor(const struct i40e_tx_queue *tx, uint16_t at)
{
	return tx->base + (uint64_t)at * TX_DESCRIPTOR_BYTES;
}

static enum tx_gathered packet__gather(struct i40e *chip, const struct i40e_tx_queue *tx,
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

static bool frame__is_blocked(const struct i40e *chip, const uint8_t *frame)
{
	uint16_t ethertype = be16(frame + ETHERTYPE_AT);
	unsigned int i;

	if (ethertype == ETHERTYPE_VLAN)
		ethertype = be16(frame + ETHERTYPE_AT + 4);
	for (i = 0; i < I40E_BLOCKED_ETHERTYPES; i++)
		if (chip->blocked_ethertypes[i] && chip->blocked_ethertypes[i] == ethertype)
			return true;
	return false;
}

static bool frame__send(struct i40e *chip, struct i40e_tx_queue *tx, const uint8_t *frame,
			size_t bytes)
{
	if (!i40e_link__is_up(chip)) {
		i40e_statistics__count(chip, GLPRT_TDOLD);
		chip->counters.tx_dropped++;
		return true;
	}
	if (frame__is_blocked(chip, frame)) {
		chip->counters.tx_dropped++;
		return true;
	}
	if (!nic__transmit(chip->nic, frame, bytes))
		return false;
	i40e_statistics__count_tx(chip, frame, bytes);
	tx->frames++;
	return true;
}

/*
 * Sends the frames of a packet that were not sent yet, at most @budget (not 0), which is reduced.
 * Return: whether all are sent.
 */
static bool packet__send(struct i40e *chip, struct i40e_tx_queue *tx,
			 const struct tx_packet *packet, unsigned int *budget)
{
	uint8_t frame[NIC_FRAME_MAX];
	struct offload offload;
	unsigned int frames = 0, part;

	/* What becomes no frames is work as well: no ring keeps the others waiting. */
	if (packet->data & TX_DATA_DUMMY) {
		--*budget;
		return true;
	}
	if (!packet->impossible) {
		offload__decode(&offload, packet->data,
				packet->has_context ? packet->context : NULL);
		for (part = 0; part < 3; part++)
			offload.cleared_flags[part] = i40e__register(chip, GLLAN_TSOMSK(part));
		frames = offload__frames(&offload, packet->bytes, I40E_FRAME_MAX);
	}
	if (!frames) {
		i40e_statistics__count(chip, GLV_TEPC(0));
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

/* The packet is gone: the ring moves on, and a driver that looks at descriptors is told. */
static void packet__finish(struct i40e *chip, unsigned int queue, const struct tx_packet *packet)
{
	struct i40e_tx_queue *tx = &chip->tx[queue];
	unsigned int last = (tx->head + packet->descriptors - 1) % tx->length;

	if (packet->has_filter && tx->programs_flows && !packet->impossible)
		i40e_flow_director__program(chip, queue, packet->filter, chip->packet,
					    packet->bytes);
	if (packet->reports && !tx->writes_head &&
	    !dma__publish64(chip->nic, ring__descriptor(tx, last) + 8, TX_TYPE_DONE))
		chip->counters.bad_addresses++;
	tx->head = ring__next(tx, last);
	tx->segments_sent = 0;
}

/* Return: whether the ring has more packets, and the wire had room. */
static bool ring__run(struct i40e *chip, unsigned int queue, unsigned int *budget)
{
	struct i40e_tx_queue *tx = &chip->tx[queue];
	unsigned int turn = *budget < FRAMES_A_QUEUE ? *budget : FRAMES_A_QUEUE;
	unsigned int left = turn;
	enum tx_gathered gathered = TX_GATHERED_WHOLE;
	bool reports = false, sent = true;
	struct tx_packet packet;
	uint16_t before = tx->head;

	while (left && tx->head != tx->tail) {
		gathered = packet__gather(chip, tx, &packet);
		if (gathered != TX_GATHERED_WHOLE)
			break;
		sent = packet__send(chip, tx, &packet, &left);
		if (!sent)
			break;
		packet__finish(chip, queue, &packet);
		reports |= packet.reports;
	}
	*budget -= turn - left;
	tx->incomplete = gathered == TX_GATHERED_PART;

	if (gathered == TX_GATHERED_NO_RING) {
		chip->counters.bad_addresses++;
		nic__warn(chip->nic, "a TX ring is not in guest memory");
		tx->tail = tx->head;
	}
	if (tx->head != before) {
		if (tx->writes_head && !dma__publish32(chip->nic, tx->head_address, tx->head))
			chip->counters.bad_addresses++;
		if (tx->writes_head || reports)
			i40e_interrupts__queue(chip, true, queue);
	}
	return gathered == TX_GATHERED_WHOLE && tx->head != tx->tail && !chip->wire_full;
}

bool i40e_tx__work(struct i40e *chip)
{
	unsigned int budget = FRAMES_A_PASS, first = chip->next_tx, i;
	bool more = false;

	chip->wire_full = false;
	for (i = 0; i < I40E_QUEUES && !chip->wire_full; i++) {
		unsigned int queue = (first + i) % I40E_QUEUES;
		struct i40e_tx_queue *tx = &chip->tx[queue];

		if (!tx->enabled || tx->head == tx->tail || tx->incomplete)
			continue;
		if (!budget) {
			more = true;
			break;
		}
		more |= ring__run(chip, queue, &budget);
		chip->next_tx = (queue + 1) % I40E_QUEUES;
	}
	/* The core calls again when the wire has room. */
	return more && !chip->wire_full;
}
