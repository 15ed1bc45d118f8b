// SPDX-License-Identifier: MIT
/*
 * What is particular to the E810's transmit rings. There is no head write-back: the type of a
 * packet's last descriptor becomes "done", if the driver asked for that
 * (ice_txrx.c:ice_clean_tx_irq, ice_xsk.c:ice_clean_xdp_irq_zc).
 */
#include "frame/bytes.h"
#include "frame/headers.h"
#include "ice.h"
#include "interrupts.h"
#include "registers.h"
#include "rules.h"
#include "rx.h"
#include "statistics.h"
#include "tx.h"

/* TCP flags that not all segments keep; the driver sets nothing up for it. */
#define FLAGS_OF_THE_LAST 0x009		/* FIN, PSH */
#define FLAGS_OF_THE_FIRST 0x080	/* CWR */

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

static enum tx_sent frame__send(struct nic *nic, unsigned int queue, const uint8_t *frame,
				size_t bytes)
{
	struct ice *chip = nic__state(nic);
	unsigned int vsi = chip->tx_owners[queue].vsi;

	if (!intel_link__is_up(&chip->link, chip->nic)) {
		ice_statistics__count(chip, GLPRT_TDOLD);
		return TX_DROPPED;
	}
	if (frame__is_blocked(chip, vsi, frame))
		return TX_DROPPED;
	/* In loopback the frame comes back, if there is room for it. */
	if (chip->link.loopback) {
		if (!ice_rx__receive(chip, frame, bytes))
			ice_rx__miss(chip);
	} else if (!nic__transmit(nic, frame, bytes)) {
		return TX_NO_ROOM;
	}
	ice_statistics__count_tx(chip, vsi, frame, bytes);
	return TX_SENT;
}

static void flags__clear(struct nic *nic, uint16_t flags[3])
{
	(void)nic;
	flags[0] = FLAGS_OF_THE_LAST;
	flags[1] = FLAGS_OF_THE_LAST | FLAGS_OF_THE_FIRST;
	flags[2] = FLAGS_OF_THE_FIRST;
}

static void packet__refused(struct nic *nic, unsigned int queue)
{
	struct ice *chip = nic__state(nic);

	ice_statistics__count(chip, GLV_TEPC(chip->tx_owners[queue].vsi));
}

static void queue__interrupt(struct nic *nic, unsigned int queue)
{
	ice_interrupts__queue(nic__state(nic), true, queue);
}

static const struct tx_card card = {
	.frame_max = ICE_FRAME_MAX,
	.cleared_flags = flags__clear,
	.send = frame__send,
	.refused = packet__refused,
	.interrupt = queue__interrupt,
};

bool ice_tx__work(struct ice *chip)
{
	return tx_rings__work(&chip->tx, chip->nic, &card, &chip->counters);
}
