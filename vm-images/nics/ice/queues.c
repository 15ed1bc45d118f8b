// SPDX-License-Identifier: MIT
/*
 * Queues come and go. The context of a TX queue comes with the command that adds it, that of an RX
 * queue is in registers when the queue is enabled; what they say is checked here, and a queue that
 * cannot be stays disabled. Fields: ice_common.c:ice_tlan_ctx_info and ice_rlan_ctx_info.
 */
#include <string.h>

#include "frame/bytes.h"
#include "ice.h"
#include "intel/queue_context.h"
#include "queues.h"
#include "registers.h"

#define RXDID_FLEXIBLE 2		/* from here on, ice_lan_tx_rx.h: enum ice_rxdid */

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
	if (!context__ring_is_possible(length, 0) || vsi >= ICE_VSIS || !chip->vsis[vsi].used)
		return context__refuse(chip);
	*tx = (struct tx_ring){
		.enabled = true,
		.base = context__field(line, 0, 57) * CONTEXT_BASE_UNIT,
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

static bool rx__load(struct ice *chip, unsigned int queue, struct rx_ring *rx)
{
	struct ice_rx_format *format = &chip->rx_formats[queue];
	uint8_t context[RX_CONTEXT_BYTES];
	unsigned int i;

	for (i = 0; i < sizeof(context) / 4; i++)
		put_le32(context + 4 * i, ice__register(chip, QRX_CONTEXT(i, queue)));
	if (!rx_ring__decode(rx, chip->nic, context))
		return context__refuse(chip);
	format->keeps_crc = !context__field(context, 117, 1);
	format->profile = ice__register(chip, QRXFLXP_CNTXT(queue)) & RXDID_MASK;
	if (format->profile < RXDID_FLEXIBLE) {
		nic__warn(chip->nic, "legacy RX descriptors are not modelled");
		return context__refuse(chip);
	}
	return true;
}

/* The driver may have written the tail before: buffers are posted, then the queue is enabled. */
void ice_queue__enable_rx(struct ice *chip, unsigned int queue, uint32_t value)
{
	struct rx_ring *rx = &chip->rx[queue];

	if (!(value & QRX_CTRL_REQUEST)) {
		rx->enabled = false;
	} else if (!rx->enabled) {
		*rx = (struct rx_ring){ .frames = rx->frames };
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
	ice__set_register(chip, QRX_TAIL(queue), value);
	rx_ring__move_tail(&chip->rx[queue], chip->nic, value);
}
