// SPDX-License-Identifier: MIT
/*
 * Received frames: to the VSIs that rules send them to, in each to one of its queues, and what the
 * descriptors of the queue's ring say of them (ice_lan_tx_rx.h: struct ice_32b_rx_flex_desc_nic).
 */
#include <string.h>

#include "frame/bytes.h"
#include "frame/checksum.h"
#include "frame/headers.h"
#include "ice.h"
#include "intel/packet.h"
#include "interrupts.h"
#include "registers.h"
#include "rss.h"
#include "rules.h"
#include "rx.h"
#include "statistics.h"
#include "vsi.h"

/* Status 0 of a descriptor (ice_lan_tx_rx.h: enum ice_rx_flex_desc_status_error_0_bits). */
#define STATUS_DONE 0x0001
#define STATUS_END 0x0002
#define STATUS_CHECKED 0x0008
#define STATUS_IP_BAD 0x0010
#define STATUS_L4_BAD 0x0020
#define STATUS_ROUTING_HEADER 0x0200
#define STATUS_RECEIVE_ERROR 0x0400
#define STATUS_CRC 0x0800
#define STATUS_HASH 0x1000
#define STATUS_TAG 0x2000
#define CAST_LOW 6			/* of the second byte: 1 multicast, 2 broadcast */

/* A frame for a VSI, and what the last of its descriptors says. */
struct delivery {
	const struct ice_vsi *vsi;
	const struct ice_rx_format *format;
	const struct packet *packet;
	const uint8_t *frame;		/* without the tag that was taken out */
	size_t bytes;
	unsigned int queue;
	uint16_t tag, status;
	uint32_t hash;
};

static void delivery__describe(const void *data, size_t bytes, bool last, bool bad,
			       uint64_t words[2])
{
	const struct delivery *delivery = data;
	uint8_t first[8] = { delivery->format->profile }, second[8] = { STATUS_DONE };

	if (ethernet__is_multicast(delivery->frame))
		first[1] = (ethernet__is_broadcast(delivery->frame) ? 2 : 1) << CAST_LOW;
	put_le16(first + 2, delivery->packet->type);
	put_le16(first + 4, bytes);
	if (last) {
		put_le16(second, STATUS_DONE | STATUS_END | delivery->status |
				 (bad ? STATUS_RECEIVE_ERROR : 0));
		put_le16(second + 2, delivery->tag);
		put_le32(second + 4, delivery->hash);
	}
	words[0] = le64(first);
	words[1] = le64(second);
}

static uint16_t packet__status(const struct packet *packet, const uint8_t *frame, size_t bytes)
{
	struct packet_checks checks = packet__check(packet, frame, bytes);

	return (checks.done ? STATUS_CHECKED : 0) | (checks.ip_bad ? STATUS_IP_BAD : 0) |
	       (checks.l4_bad ? STATUS_L4_BAD : 0) |
	       (packet->extension_address ? STATUS_ROUTING_HEADER : 0);
}

/* Copies the frame to @room, without its tag or with its checksum where that is wanted. */
static void delivery__shape(struct delivery *delivery,
			    uint8_t room[NIC_FRAME_MAX + FRAME_CRC_BYTES])
{
	const uint8_t *frame = delivery->frame;
	size_t tag = 0;

	if (delivery->packet->tagged && ice_vsi__strips_vlan(delivery->vsi)) {
		delivery->tag = delivery->packet->tag;
		delivery->status |= STATUS_TAG;
		tag = VLAN_BYTES;
	}
	if (!tag && !delivery->format->keeps_crc)
		return;
	memcpy(room, frame, ETHERTYPE_AT);
	memcpy(room + ETHERTYPE_AT, frame + ETHERTYPE_AT + tag,
	       delivery->bytes - ETHERTYPE_AT - tag);
	delivery->frame = room;
	delivery->bytes -= tag;
	if (delivery->format->keeps_crc) {
		put_le32(room + delivery->bytes, checksum__ethernet(frame, delivery->bytes + tag));
		delivery->bytes += FRAME_CRC_BYTES;
		delivery->status |= STATUS_CRC;
	}
}

enum delivered {
	DELIVERED,			/* or dropped, and counted */
	DELIVERED_NOT_YET,		/* the ring has no room */
};

static void delivery__drop(struct ice *chip, const struct delivery *delivery)
{
	chip->counters.rx_dropped++;
	ice_statistics__count(chip, GLV_RDPC(ice_vsi__number(chip, delivery->vsi)));
}

static enum delivered delivery__make(struct ice *chip, struct delivery *delivery)
{
	uint8_t room[NIC_FRAME_MAX + FRAME_CRC_BYTES];
	struct rx_ring *rx = &chip->rx[delivery->queue];
	struct rx_frame put = { .describe = delivery__describe, .verdict = delivery };
	const uint8_t *frame = delivery->frame;
	size_t bytes = delivery->bytes;
	enum rx_room has_room;

	if (!rx->enabled) {
		delivery__drop(chip, delivery);
		return DELIVERED;
	}
	delivery__shape(delivery, room);
	has_room = rx_ring__room(rx, delivery->bytes);
	if (has_room == RX_ROOM_LATER)
		return DELIVERED_NOT_YET;
	put.data = delivery->frame;
	put.bytes = delivery->bytes;
	if (has_room == RX_ROOM_NEVER || !rx_ring__put(rx, chip->nic, &chip->counters, &put)) {
		delivery__drop(chip, delivery);
		return DELIVERED;
	}
	ice_statistics__count_rx_vsi(chip, ice_vsi__number(chip, delivery->vsi), frame, bytes);
	ice_interrupts__queue(chip, false, delivery->queue);
	return DELIVERED;
}

static enum delivered frame__deliver(struct ice *chip, unsigned int vsi,
				     const struct packet *packet, const uint8_t *frame,
				     size_t bytes)
{
	struct delivery delivery = {
		.vsi = &chip->vsis[vsi],
		.packet = packet,
		.frame = frame,
		.bytes = bytes,
		.status = packet__status(packet, frame, bytes),
	};
	struct ice_rss rss = ice_rss__look_up(chip, delivery.vsi, packet, frame, bytes);

	delivery.queue = ice_vsi__rss_queue(delivery.vsi, rss.entry);
	delivery.format = &chip->rx_formats[delivery.queue];
	if (rss.hashed) {
		delivery.hash = rss.hash;
		delivery.status |= STATUS_HASH;
	}
	return delivery__make(chip, &delivery);
}

static bool frame__drop(struct ice *chip, uint32_t statistic)
{
	chip->counters.rx_dropped++;
	ice_statistics__count(chip, statistic);
	return true;
}

/* A frame that only one VSI takes can wait for room; of copies, those that find none are lost. */
static bool frame__switch(struct ice *chip, const struct packet *packet, const uint8_t *frame,
			  size_t bytes, uint32_t vsis)
{
	bool alone = !(vsis & (vsis - 1));
	unsigned int vsi;

	for (vsi = 0; vsi < ICE_VSIS; vsi++) {
		if (!(vsis >> vsi & 1) ||
		    frame__deliver(chip, vsi, packet, frame, bytes) == DELIVERED)
			continue;
		if (alone)
			return false;
		chip->counters.rx_missed++;
		ice_statistics__count(chip, GLV_RDPC(vsi));
	}
	ice_statistics__count_rx(chip, frame, bytes);
	return true;
}

bool ice_rx__receive(struct ice *chip, const void *data, size_t bytes)
{
	struct ice_frame_key key = { .address = data };
	const uint8_t *frame = data;
	struct packet packet;
	uint32_t vsis;

	if (!intel_link__is_up(&chip->link, chip->nic))
		return frame__drop(chip, PRTRPB_RDPC);
	if (bytes > NIC_FRAME_MAX || bytes + FRAME_CRC_BYTES > chip->link.frame_max)
		return frame__drop(chip, GLPRT_ROC);
	packet__parse(&packet, frame, bytes);
	key.vlan = packet.tagged ? packet.tag & VLAN_ID : 0;
	key.ethertype = be16(frame + ETHERTYPE_AT + (packet.tagged ? VLAN_BYTES : 0));
	vsis = ice_rules__receivers(chip, &key);
	if (!vsis) {
		chip->counters.rx_filtered++;
		return true;
	}
	return frame__switch(chip, &packet, frame, bytes, vsis);
}

void ice_rx__miss(struct ice *chip)
{
	chip->counters.rx_missed++;
	ice_statistics__count(chip, PRTRPB_RDPC);
}
