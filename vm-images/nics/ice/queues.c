// SPDX-License-Identifier: MIT
/*
 * Queues come and go. The context of a TX queue comes with the command that adds it, that of an RX
 * queue is in registers when the queue is enabled; what they say is checked here, and a queue that
 * cannot be stays disabled. Fields: ice_common.c:ice_tlan_ctx_info and ice_rlan_ctx_info.
 */
#include <string.h>

#include "frame/bytes.h"
#include "ice.h"
#include "queues.h"
#include "registers.h"

#define RX_CONTEXT_WORDS 8u
#define BASE_UNIT 128u
#define BUFFER_UNIT 128u
#define RING_LENGTH_MIN 8u
#define RING_LENGTH_MAX 8160u
#define RXDID_FLEXIBLE 2		/* from here on, ice_lan_tx_rx.h: enum ice_rxdid */

/* Fields of a context, which need not start in a byte: @width at most 57. */
static uint64_t context__field(const uint8_t *context, unsigned int low, unsigned int width)
{
	return bits(le64(context + low / 8), low % 8, width);
}

static bool ring__is_possible(uint64_t length, uint64_t head)
{
	return length >= RING_LENGTH_MIN && length <= RING_LENGTH_MAX && head < length;
}

static bool context__refuse(struct ice *chip)
{
	chip->counters.bad_contexts++;
	nic__warn(chip->nic, "a queue context says what cannot be");
	return false;
}

bool ice_queue__enable_tx(struct ice *chip, unsigned int queue,
			  const uint8_t context[TX_CONTEXT_BYTES])
{
	struct tx_ring *tx = &chip->tx.ring[queue];
	uint8_t line[TX_CONTEXT_BYTES + 8] = { 0 };	/* le64() looks ahead */
	uint64_t length, vsi;

	memcpy(line, context, TX_CONTEXT_BYTES);
	length = context__field(line, 135, 13);
	vsi = context__field(line, 80, 10);
	if (!ring__is_possible(length, 0) || vsi >= ICE_VSIS || !chip->vsis[vsi].used)
		return context__refuse(chip);
	*tx = (struct tx_ring){
		.enabled = true,
		.base = context__field(line, 0, 57) * BASE_UNIT,
		.length = length,
		.frames = tx->frames,
	};
	chip->tx_owners[queue].vsi = vsi;
	ice__set_register(chip, QTX_COMM_DBELL(queue), 0);
	return true;
}

void ice_queue__disable_tx(struct ice *chip, unsigned int queue)
{
	chip->tx.ring[queue] = (struct tx_ring){ .frames = chip->tx.ring[queue].frames };
}

static bool rx__load(struct ice *chip, unsigned int queue, struct ice_rx_queue *rx)
{
	uint8_t line[4 * RX_CONTEXT_WORDS + 8] = { 0 };
	unsigned int i;

	for (i = 0; i < RX_CONTEXT_WORDS; i++)
		put_le32(line + 4 * i, ice__register(chip, QRX_CONTEXT(i, queue)));
	rx->head = context__field(line, 0, 13);
	rx->base = context__field(line, 32, 57) * BASE_UNIT;
	rx->length = context__field(line, 89, 13);
	rx->buffer_bytes = context__field(line, 102, 7) * BUFFER_UNIT;
	rx->wide = context__field(line, 116, 1);
	rx->keeps_crc = !context__field(line, 117, 1);
	rx->frame_max = context__field(line, 174, 14);
	rx->profile = ice__register(chip, QRXFLXP_CNTXT(queue)) & RXDID_MASK;
	if (!ring__is_possible(rx->length, rx->head) || !rx->buffer_bytes)
		return context__refuse(chip);
	if (context__field(line, 114, 2))
		nic__warn(chip->nic, "header split is not modelled: frames stay whole");
	if (rx->profile < RXDID_FLEXIBLE) {
		nic__warn(chip->nic, "legacy RX descriptors are not modelled");
		return context__refuse(chip);
	}
	return true;
}

/* The driver may have written the tail before: buffers are posted, then the queue is enabled. */
void ice_queue__enable_rx(struct ice *chip, unsigned int queue, uint32_t value)
{
	struct ice_rx_queue *rx = &chip->rx[queue];

	if (!(value & QRX_CTRL_REQUEST)) {
		rx->enabled = false;
	} else if (!rx->enabled) {
		*rx = (struct ice_rx_queue){ .frames = rx->frames };
		rx->enabled = rx__load(chip, queue, rx);
		rx->tail = rx->head;
		if (rx->enabled)
			ice_queue__tail_rx(chip, queue, ice__register(chip, QRX_TAIL(queue)));
	}
	ice__set_register(chip, QRX_CTRL(queue),
			  (value & QRX_CTRL_REQUEST) | (rx->enabled ? QRX_CTRL_STATUS : 0));
	/* A frame may wait for a queue that is no more, and is dropped then. */
	nic__room(chip->nic);
}

void ice_queue__tail_tx(struct ice *chip, unsigned int queue, uint32_t value)
{
	ice__set_register(chip, QTX_COMM_DBELL(queue), value);
	tx_ring__move_tail(&chip->tx.ring[queue], chip->nic, value);
}

void ice_queue__tail_rx(struct ice *chip, unsigned int queue, uint32_t value)
{
	struct ice_rx_queue *rx = &chip->rx[queue];

	ice__set_register(chip, QRX_TAIL(queue), value);
	if (!rx->enabled)
		return;
	if (value >= rx->length) {
		nic__warn(chip->nic, "the tail of an RX ring is beyond its end");
		return;
	}
	rx->tail = value;
	nic__room(chip->nic);
}
