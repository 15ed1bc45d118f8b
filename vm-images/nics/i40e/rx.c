// SPDX-License-Identifier: MIT
/*
 * Received frames (datasheet section 8.3, "LAN receive"): to a VSI, to one of its queues, into as
 * many of the queue's buffers as the frame takes. Descriptors from the head up to the tail are
 * ours; each is read, then written back in its place, the word with DD last.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "frame/bytes.h"
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

/* The second quad word of a write-back descriptor (section 8.3). */
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

static unsigned int ring__ours(const struct i40e_rx_queue *rx)
{
	return rx->tail >= rx->head ? rx->tail - rx->head : rx->length - rx->head + rx->tail;
}

static uint64_t ring__descriptor(const struct i40e_rx_queue *rx)
{
	return rx->base + (uint64_t)rx->head * (rx->wide ? 32 : 16);
}

static void ring__advance(struct i40e_rx_queue *rx)
{
	rx->head = rx->head + 1 == rx->length ? 0 : rx->head + 1;
}

/*
 * Writes a descriptor back: all but the second quad word, and that last.
 * Return: whether the ring is in guest memory.
 */
static bool ring__write_back(struct i40e *chip, struct i40e_rx_queue *rx, const uint8_t first[8],
			     uint64_t second)
{
	uint64_t address = ring__descriptor(rx);
	static const uint8_t rest[16];

	if (!dma__write(chip->nic, address, first, 8) ||
	    (rx->wide && !dma__write(chip->nic, address + 16, rest, sizeof(rest))) ||
	    !dma__publish64(chip->nic, address + 8, second)) {
		chip->counters.bad_addresses++;
		return false;
	}
	ring__advance(rx);
	return true;
}

/*
 * Over as many buffers as it takes; there are enough. What cannot be written is marked.
 * Return: whether the ring is in guest memory.
 */
static bool ring__put(struct i40e *chip, struct i40e_rx_queue *rx, const uint8_t *frame,
		      size_t bytes, const struct verdict *verdict)
{
	bool bad = false;
	size_t at, part;

	for (at = 0; at < bytes; at += part) {
		uint64_t second = STATUS_DONE;
		uint8_t first[8] = { 0 }, descriptor[8];

		part = bytes - at < rx->buffer_bytes ? bytes - at : rx->buffer_bytes;
		if (!dma__read(chip->nic, ring__descriptor(rx), descriptor, sizeof(descriptor))) {
			chip->counters.bad_addresses++;
			nic__warn(chip->nic, "an RX ring is not in guest memory");
			return false;
		}
		if (!dma__write(chip->nic, le64(descriptor), frame + at, part)) {
			chip->counters.bad_addresses++;
			bad = true;
		}
		second |= (uint64_t)part << LENGTH_LOW;
		if (at + part == bytes) {
			put_le16(first + 2, verdict->tag);
			put_le32(first + 4, verdict->hash_or_flow);
			second |= STATUS_END | verdict->status | (bad ? ERROR_RECEIVE : 0);
		}
		if (!ring__write_back(chip, rx, first, second))
			return false;
	}
	rx->frames++;
	return true;
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

bool i40e_rx__receive(struct i40e *chip, const void *data, size_t bytes)
{
	uint8_t stripped[NIC_FRAME_MAX];
	struct verdict verdict = { 0 };
	const uint8_t *frame = data;
	struct i40e_rx_queue *rx;
	struct i40e_vsi *vsi;
	struct packet packet;
	size_t received = bytes, buffers;

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
	rx = &chip->rx[verdict.queue];
	if (verdict.drop || !rx->enabled)
		return frame__drop(chip, GLV_RDPC(0));

	verdict__judge(&packet, frame, bytes, &verdict);
	if (packet.tagged && i40e_vsi__strips_vlan(vsi)) {
		verdict.tag = packet.tag;
		verdict.status |= STATUS_TAG;
		memcpy(stripped, frame, ETHERTYPE_AT);
		memcpy(stripped + ETHERTYPE_AT, frame + ETHERTYPE_AT + VLAN_BYTES,
		       bytes - ETHERTYPE_AT - VLAN_BYTES);
		frame = stripped;
		bytes -= VLAN_BYTES;
	}
	buffers = (bytes + rx->buffer_bytes - 1) / rx->buffer_bytes;
	if (bytes > rx->frame_max || buffers > I40E_RX_CHAIN || buffers >= rx->length)
		return frame__drop(chip, GLPRT_ROC);
	if (buffers > ring__ours(rx))
		return false;

	if (!ring__put(chip, rx, frame, bytes, &verdict))
		return frame__drop(chip, GLV_RDPC(0));
	i40e_statistics__count_rx(chip, data, received);
	i40e_interrupts__queue(chip, false, verdict.queue);
	return true;
}

void i40e_rx__flow_status(struct i40e *chip, unsigned int queue, uint32_t id, unsigned int error)
{
	struct i40e_rx_queue *rx = &chip->rx[queue];
	uint8_t first[8] = { 0 };

	if (!rx->enabled || !ring__ours(rx))
		return;
	put_le32(first + 4, id);
	if (ring__write_back(chip, rx, first, PROGRAM_DONE | PROGRAM_FLOW_DIRECTOR | PROGRAM_MARK |
			     (uint64_t)error << PROGRAM_ERROR_LOW))
		i40e_interrupts__queue(chip, false, queue);
}
