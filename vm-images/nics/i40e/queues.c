// SPDX-License-Identifier: MIT
/*
 * Queues come and go (datasheet sections 8.3 and 8.4, queue enable and disable flows).
 * Drivers poll QENA_STAT for a few tens of microseconds only, so that the context is read, one
 * short copy, while the guest's access waits.
 */
#include "hmc.h"
#include "i40e.h"
#include "queues.h"
#include "registers.h"

void i40e_queue__enable_tx(struct i40e *chip, unsigned int queue, uint32_t value)
{
	struct tx_ring *tx = &chip->tx.ring[queue];

	if (!(value & QENA_REQUEST)) {
		tx->enabled = false;
	} else if (!tx->enabled) {
		*tx = (struct tx_ring){ .frames = tx->frames };
		tx->enabled = i40e_hmc__load_tx(chip, queue, tx);
		tx->tail = tx->head;
		i40e__set_register(chip, QTX_TAIL(queue), tx->tail);
	}
	i40e__set_register(chip, QTX_ENA(queue),
			   (value & QENA_REQUEST) | (tx->enabled ? QENA_STATUS : 0));
}

/* The driver may have written the tail before: buffers are posted, then the queue is enabled. */
void i40e_queue__enable_rx(struct i40e *chip, unsigned int queue, uint32_t value)
{
	struct rx_ring *rx = &chip->rx[queue];

	if (!(value & QENA_REQUEST)) {
		rx->enabled = false;
	} else if (!rx->enabled) {
		*rx = (struct rx_ring){ .frames = rx->frames };
		rx->enabled = i40e_hmc__load_rx(chip, queue, rx);
		rx->tail = rx->head;
		if (rx->enabled)
			i40e_queue__tail_rx(chip, queue, i40e__register(chip, QRX_TAIL(queue)));
	}
	i40e__set_register(chip, QRX_ENA(queue),
			   (value & QENA_REQUEST) | (rx->enabled ? QENA_STATUS : 0));
	/* A frame may wait for a queue that is no more, and is dropped then. */
	nic__room(chip->nic);
}

void i40e_queue__tail_tx(struct i40e *chip, unsigned int queue, uint32_t value)
{
	i40e__set_register(chip, QTX_TAIL(queue), value);
	tx_ring__move_tail(&chip->tx.ring[queue], chip->nic, value);
}

void i40e_queue__tail_rx(struct i40e *chip, unsigned int queue, uint32_t value)
{
	i40e__set_register(chip, QRX_TAIL(queue), value);
	rx_ring__move_tail(&chip->rx[queue], chip->nic, value);
}
