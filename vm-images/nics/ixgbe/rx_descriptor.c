// SPDX-License-Identifier: MIT
/* What the descriptor says about a received packet (datasheet 7.1.5, 7.1.6.2, 7.1.11). */
#include "ixgbe.h"
#include "packet.h"
#include "rx_descriptor.h"

static uint32_t ixgbe_rx__packet_type(const struct packet *packet,
				      const struct ixgbe_choice *choice)
{
	uint32_t type = 0;

	if (choice->by_ethertype)
		return RX_TYPE_ETQF | choice->ethertype_filter << RX_TYPE_SHIFT;
	if (packet->ipv4)
		type |= packet->options ? RX_TYPE_IPV4 | RX_TYPE_IPV4_OPTIONS : RX_TYPE_IPV4;
	if (packet->ipv6)
		type |= packet->options ? RX_TYPE_IPV6 | RX_TYPE_IPV6_OPTIONS : RX_TYPE_IPV6;
	if (packet->l4 == PACKET_L4_TCP)
		type |= RX_TYPE_TCP;
	else if (packet->l4 == PACKET_L4_UDP)
		type |= RX_TYPE_UDP;
	else if (packet->l4 == PACKET_L4_SCTP)
		type |= RX_TYPE_SCTP;
	return type;
}

/* Status and errors of the advanced form; the low byte is that of the legacy form too. */
static uint32_t ixgbe_rx__status(const struct packet *packet, const struct ixgbe_choice *choice)
{
	uint32_t status = RX_STATUS_DONE;

	if (packet->vlan)
		status |= RX_STATUS_VLAN;
	if (choice->flow_match)
		status |= RX_STATUS_FLOW_MATCH;
	if (packet->ip_checksum != PACKET_CHECKSUM_NONE)
		status |= RX_STATUS_IP_CHECKED;
	if (packet->ip_checksum == PACKET_CHECKSUM_WRONG)
		status |= RX_ERROR_IP;
	if (packet->l4_checksum != PACKET_CHECKSUM_NONE) {
		status |= RX_STATUS_L4_CHECKED;
		if (packet->l4 == PACKET_L4_UDP)
			status |= RX_STATUS_UDP_VALID;
	}
	if (packet->l4_checksum == PACKET_CHECKSUM_WRONG)
		status |= RX_ERROR_L4;
	return status;
}

void ixgbe_rx__describe(struct ixgbe *chip, const struct packet *packet,
			       const struct ixgbe_choice *choice, struct descriptor *descriptor)
{
	bool hash = ixgbe__register(chip, RXCSUM) & RXCSUM_NO_CHECKSUM;

	descriptor->word[0] = ixgbe_rx__packet_type(packet, choice) | choice->rss_type;
	descriptor->word[1] = hash ? choice->rss_hash : 0;
	descriptor->word[2] = ixgbe_rx__status(packet, choice);
	descriptor->word[3] = (uint32_t)packet->tci << RX_VLAN_SHIFT;
}
