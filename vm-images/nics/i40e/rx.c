// SPDX-License-Identifier: MIT
/*
 * Received frames (datasheet section 8.3, "LAN receive"): to a VSI, to one of its queues, and what
 * the descriptors of the queue's ring say of them.
 */
#include <string.h>

#include "frame/headers.h"
#include "filter.h"
#include "flow_table.h"
#include "i40e.h"
#include "intel/packet.h"
#include "interrupts.h"
#include "registers.h"
#include "rss.h"
#include "rx.h"
#include "statistics.h"
#include "vsi.h"

/* The quad words of a write-back descriptor (section 8.3). */
#define TAG_LOW 16
#define HASH_LOW 32			/* or the flow's number */
#define STATUS_DONE UINT64_C(0x1)
#define STATUS_END UINT64_C(0x2)
#define STATUS_TAG UINT64_C(0x4)
#define STATUS_CHECKED UINT64_C(0x8)
#define STATUS_MULTICAST (UINT64_C(1) << 9)
#define STATUS_BROADCAST (UINT64_C(2) << 9)
#define STATUS_FLOW (UINT64_C(1) << 11)
#define STATUS_FLOW_ID (UINT64_C(1) << 12)
#define STATUS_HASH (UINT64_C(3) << 12)
#define STATUS_ROUTING_HEADER (UINT64_C(1) << 15)
#define ERROR_RECEIVE (UINT64_C(1) << 19)
#define ERROR_IP (UINT64_C(1) << 22)
#define ERROR_L4 (UINT64_C(1) << 23)
#define TYPE_LOW 30
#define LENGTH_LOW 38

/* The same of a programming status descriptor (section 8.3). */
#define PROGRAM_DONE UINT64_C(0x1)
#define PROGRAM_FLOW_DIRECTOR (UINT64_C(1) << 2)
#define PROGRAM_ERROR_LOW 19
#define PROGRAM_MARK (UINT64_C(1) << 63)

/* What the last descriptor of a frame says. */
struct verdict {
	unsigned int queue;
	bool drop;
	uint16_t tag;
	uint32_t hash_or_flow;
	uint64_t status;
};

static void verdict__describe(const void *data, size_t bytes, bool last, bool bad,
			      uint64_t words[2])
{
	const struct verdict *verdict = data;

	words[0] = 0;
	words[1] = STATUS_DONE | (uint64_t)bytes << LENGTH_LOW;
	if (!last)
		return;
	words[0] = (uint64_t)verdict->tag << TAG_LOW | (uint64_t)verdict->hash_or_flow << HASH_LOW;
	words[1] |= STATUS_END | verdict->status | (bad ? ERROR_RECEIVE : 0);
}

/* The flow director goes before RSS. The VSI of a flow may have gone. */
static void verdict__steer(struct i40e *chip, const struct i40e_vsi *vsi,
			   const struct packet *packet, const uint8_t *frame, size_t bytes,
			   struct verdict *verdict)
{
	const struct i40e_flow *flow = i40e_flow_table__match(chip, packet, frame, bytes);
	struct i40e_rss rss = i40e_rss__look_up(chip, packet, frame, bytes);

	verdict->queue = i40e_vsi__rss_queue(vsi, rss.queue);
	if (rss.hashed) {
		verdict->hash_or_flow = rss.hash;
		verdict->status |= STATUS_HASH;
	}
	if (!flow)
		return;
	verdict->status |= STATUS_FLOW;
	verdict->drop = flow->destination == I40E_FLOW_DROP;
	if (flow->destination == I40E_FLOW_QUEUE && flow->vsi < I40E_VSIS &&
	    chip->vsis[flow->vsi].used)
		verdict->queue = i40e_vsi__queue(&chip->vsis[flow->vsi], flow->queue);
	if (flow->reports_id) {
		verdict->hash_or_flow = flow->id;
		verdict->status = (verdict->status & ~STATUS_HASH) | STATUS_FLOW_ID;
	}
}

static void verdict__judge(const struct packet *packet, const uint8_t *frame, size_t bytes,
			   struct verdict *verdict)
{
	struct packet_checks checks = packet__check(packet, frame, bytes);

	verdict->status |= (uint64_t)packet->type << TYPE_LOW;
	if (ethernet__is_multicast(frame))
		verdict->status |= ethernet__is_broadcast(frame) ? STATUS_BROADCAST :
								   STATUS_MULTICAST;
	if (checks.done)
		verdict->status |= STATUS_CHECKED;
	if (checks.ip_bad)
		verdict->status |= ERROR_IP;
	if (checks.l4_bad)
		verdict->status |= ERROR_L4;
	if (packet->extension_address)
		verdict->status |= STATUS_ROUTING_HEADER;
}

static bool frame__drop(struct i40e *chip, uint32_t statistic)
{
	chip->counters.rx_dropped++;
	i40e_statistics__count(chip, statistic);
	return true;
}

/* Puts the frame into the queue's ring, without its tag where that is wanted, or drops it. */
static bool frame__deliver(struct i40e *chip, const struct i40e_vsi *vsi,
			   const struct packet *packet, const uint8_t *frame, size_t bytes,
			   struct verdict *verdict)
{
	uint8_t stripped[NIC_FRAME_MAX];
	struct rx_frame put = { frame, bytes, verdict__describe, verdict };
	struct rx_ring *rx = &chip->rx[verdict->queue];

	if (packet->tagged && i40e_vsi__strips_vlan(vsi)) {
		verdict->tag = packet->tag;
		verdict->status |= STATUS_TAG;
		memcpy(stripped, frame, ETHERTYPE_AT);
		memcpy(stripped + ETHERTYPE_AT, frame + ETHERTYPE_AT + VLAN_BYTES,
		       bytes - ETHERTYPE_AT - VLAN_BYTES);
		put.data = stripped;
		put.bytes -= VLAN_BYTES;
	}
	switch (rx_ring__room(rx, put.bytes)) {
	case RX_ROOM_NEVER:
		return frame__drop(chip, GLPRT_ROC);
	case RX_ROOM_LATER:
		return false;
	case RX_ROOM:
		break;
	}
	if (!rx_ring__put(rx, chip->nic, &chip->counters, &put))
		return frame__drop(chip, GLV_RDPC(0));
	i40e_statistics__count_rx(chip, frame, bytes);
	i40e_interrupts__queue(chip, false, verdict->queue);
	return true;
}

bool i40e_rx__receive(struct i40e *chip, const void *data, size_t bytes)
{
	struct verdict verdict = { 0 };
	const uint8_t *frame = data;
	struct i40e_vsi *vsi;
	struct packet packet;

	if (!intel_link__is_up(&chip->link, chip->nic))
		return frame__drop(chip, GLPRT_RDPC);
	if (bytes > NIC_FRAME_MAX || bytes > chip->link.frame_max)
		return frame__drop(chip, GLPRT_ROC);
	packet__parse(&packet, frame, bytes);
	vsi = i40e_filter__match(chip, frame, packet.tagged ? packet.tag & VLAN_ID : 0);
	if (!vsi) {
		chip->counters.rx_filtered++;
		return true;
	}
	verdict__steer(chip, vsi, &packet, frame, bytes, &verdict);
	if (verdict.drop || !chip->rx[verdict.queue].enabled)
		return frame__drop(chip, GLV_RDPC(0));
	verdict__judge(&packet, frame, bytes, &verdict);
	return frame__deliver(chip, vsi, &packet, frame, bytes, &verdict);
}

void i40e_rx__flow_status(struct i40e *chip, unsigned int queue, uint32_t id, unsigned int error)
{
	const uint64_t words[2] = {
		(uint64_t)id << HASH_LOW,
		PROGRAM_DONE | PROGRAM_FLOW_DIRECTOR | PROGRAM_MARK |
		(uint64_t)error << PROGRAM_ERROR_LOW,
	};
	struct rx_ring *rx = &chip->rx[queue];

	if (!rx->enabled || rx->head == rx->tail)
		return;
	if (rx_ring__write_back(rx, chip->nic, &chip->counters, words))
		i40e_interrupts__queue(chip, false, queue);
}
