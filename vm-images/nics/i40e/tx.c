// SPDX-License-Identifier: MIT
/* What is particular to the XL710's transmit rings (datasheet section 8.4, "LAN transmit"). */
#include "frame/bytes.h"
#include "frame/headers.h"
#include "flow_director.h"
#include "i40e.h"
#include "intel/tx_packet.h"
#include "interrupts.h"
#include "registers.h"
#include "statistics.h"
#include "tx.h"

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

static enum tx_sent frame__send(struct nic *nic, unsigned int queue, const uint8_t *frame,
				size_t bytes)
{
	struct i40e *chip = nic__state(nic);

	(void)queue;
	if (!intel_link__is_up(&chip->link, chip->nic)) {
		i40e_statistics__count(chip, GLPRT_TDOLD);
		return TX_DROPPED;
	}
	if (frame__is_blocked(chip, frame))
		return TX_DROPPED;
	if (!nic__transmit(nic, frame, bytes))
		return TX_NO_ROOM;
	i40e_statistics__count_tx(chip, frame, bytes);
	return TX_SENT;
}

static void flags__clear(struct nic *nic, uint16_t flags[3])
{
	unsigned int part;

	for (part = 0; part < 3; part++)
		flags[part] = i40e__register(nic__state(nic), GLLAN_TSOMSK(part));
}

static void packet__refused(struct nic *nic, unsigned int queue)
{
	(void)queue;
	i40e_statistics__count(nic__state(nic), GLV_TEPC(0));
}

static void packet__leaves(struct nic *nic, unsigned int queue, const struct tx_packet *packet)
{
	struct i40e *chip = nic__state(nic);

	if (packet->has_filter && chip->programs_flows[queue] && !packet->impossible)
		i40e_flow_director__program(chip, queue, packet->filter, chip->tx.packet,
					    packet->bytes);
}

static void queue__interrupt(struct nic *nic, unsigned int queue)
{
	i40e_interrupts__queue(nic__state(nic), true, queue);
}

static const struct tx_card card = {
	.frame_max = I40E_FRAME_MAX,
	.cleared_flags = flags__clear,
	.send = frame__send,
	.refused = packet__refused,
	.leaves = packet__leaves,
	.interrupt = queue__interrupt,
};

bool i40e_tx__work(struct i40e *chip)
{
	return tx_rings__work(&chip->tx, chip->nic, &card, &chip->counters);
}
