// SPDX-License-Identifier: MIT
/*
 * Transmit rings (datasheet section 8.4, "LAN transmit"). From the head up to the tail are the
 * driver's descriptors: a packet is an optional context and filter descriptor and data descriptors
 * up to one with EOP.
 *
 * A packet leaves the ring when the wire has taken all its frames; then the head is written back,
 * or DD in the last descriptor. Its bytes are copied once for each attempt, and checked in the
 * copy.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "frame/bytes.h"
#include "frame/headers.h"
#include "flow_director.h"
#include "i40e.h"
#include "intel/offload.h"
#include "interrupts.h"
#include "link.h"
#include "registers.h"
#include "statistics.h"
#include "tx.h"

#define FRAMES_A_PASS 256u
#define FRAMES_A_QUEUE 64u

#define DESCRIPTOR_BYTES 16u
#define TYPE_DATA 0x0
#define TYPE_CONTEXT 0x1
#define TYPE_FILTER 0x8
#define TYPE_DONE 0xf
#define DATA_END (UINT64_C(0x0001) << 4)
#define DATA_REPORT (UINT64_C(0x0002) << 4)
#define DATA_DUMMY (UINT64_C(0x0010) << 4)
#define DATA_BYTES_LOW 34

/* The packet at a ring's head; its bytes are in chip->packet. */
struct tx_packet {
	unsigned int descriptors;
	size_t bytes;
	uint64_t data;			/* of the first data descriptor; 0: there was none */
	bool has_data, has_context, has_filter;
	bool impossible;		/* too long, or not in guest memory */
	bool reports;
	uint8_t context[DESCRIPTOR_BYTES], filter[DESCRIPTOR_BYTES];
};

enum gathered {
	GATHERED_WHOLE,
	GATHERED_PART,			/* the driver has not written the rest yet */
	GATHERED_NO_RING,
};

static uint16_t ring__next(const struct i40e_tx_queue *tx, uint16_t at)
{
	return at + 1 == tx->length ? 0 : at + 1;
}

static uint64_t ring__descriptor(const struct i40e_tx_queue *tx, uint16_t at)
{
	return tx->base + (uint64_t)at * DESCRIPTOR_BYTES;
}

static void packet__add_data(struct i40e *chip, struct tx_packet *packet, uint64_t address,
			     uint64_t data)
{
	size_t bytes = bits(data, DATA_BYTES_LOW, 14);

	if (!packet->has_data)
		packet->data = data;
	packet->has_data = true;
	packet->reports |= !!(data & DATA_REPORT);
	if (packet->impossible)
		return;
	if (bytes > sizeof(chip->packet) - packet->bytes) {
		packet->impossible = true;
		nic__warn(chip->nic, "a packet to send is longer than can be");
		return;
	}
	if (!dma__read(chip->nic, address, chip->packet + packet->bytes, bytes)) {
		packet->impossible = true;
		chip->counters.bad_addresses++;
		return;
	}
	packet->bytes += bytes;
}

static enum gathered packet__gather(struct i40e *chip, const struct i40e_tx_queue *tx,
				    struct tx_packet *packet)
{
	uint8_t descriptor[DESCRIPTOR_BYTES];
	uint16_t at;

	*packet = (struct tx_packet){ 0 };
	for (at = tx->head; at != tx->tail; at = ring__next(tx, at)) {
		uint64_t data;

		if (!dma__read(chip->nic, ring__descriptor(tx, at), descriptor, sizeof(descriptor)))
			return GATHERED_NO_RING;
		packet->descriptors++;
		data = le64(descriptor + 8);
		switch (data & 0xf) {
		case TYPE_DATA:
			packet__add_data(chip, packet, le64(descriptor), data);
			if (data & DATA_END)
				return GATHERED_WHOLE;
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
			nic__warn(chip->nic, "TX descriptors of type %u are not known",
				  (unsigned int)(data & 0xf));
		}
	}
	return GATHERED_PART;
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
 * Sends the frames of a packet that were not sent yet, at most @budget, which is reduced.
 * Return: whether all are sent.
 */
static bool packet__send(struct i40e *chip, struct i40e_tx_queue *tx,
			 const struct tx_packet *packet, unsigned int *budget)
{
	uint8_t frame[NIC_FRAME_MAX];
	struct offload offload;
	unsigned int frames = 0, part;

	if (packet->data & DATA_DUMMY)
		return true;
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
	    !dma__publish64(chip->nic, ring__descriptor(tx, last) + 8, TYPE_DONE))
		chip->counters.bad_addresses++;
	tx->head = ring__next(tx, last);
	tx->segments_sent = 0;
}

/* Return: whether the ring has more packets, and the wire had room. */
static bool ring__run(struct i40e *chip, unsigned int queue, unsigned int *budget)
{
	struct i40e_tx_queue *tx = &chip->tx[queue];
	unsigned int turn = *budget < FRAMES_A_QUEUE ? *budget : FRAMES_A_QUEUE;
	unsigned int left = turn, packets;
	enum gathered gathered = GATHERED_WHOLE;
	bool reports = false, sent = true;
	struct tx_packet packet;
	uint16_t before = tx->head;

	/* Packets that become no frames count as well: no ring keeps the others waiting. */
	for (packets = 0; packets < FRAMES_A_QUEUE && left && tx->head != tx->tail; packets++) {
		gathered = packet__gather(chip, tx, &packet);
		if (gathered != GATHERED_WHOLE)
			break;
		sent = packet__send(chip, tx, &packet, &left);
		if (!sent)
			break;
		packet__finish(chip, queue, &packet);
		reports |= packet.reports;
	}
	*budget -= turn - left;

	if (gathered == GATHERED_NO_RING) {
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
	return gathered == GATHERED_WHOLE && tx->head != tx->tail && !chip->wire_full;
}

bool i40e_tx__work(struct i40e *chip)
{
	unsigned int budget = FRAMES_A_PASS, first = chip->next_tx, i;
	bool more = false;

	chip->wire_full = false;
	for (i = 0; i < I40E_QUEUES && !chip->wire_full; i++) {
		unsigned int queue = (first + i) % I40E_QUEUES;
		struct i40e_tx_queue *tx = &chip->tx[queue];

		if (!tx->enabled || tx->head == tx->tail)
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
