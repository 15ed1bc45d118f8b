// SPDX-License-Identifier: MIT
/*
 * Which frames the port takes (datasheet 7.1.1): exact addresses (RAR), hashed multicast addresses
 * (MTA), everything of a kind (FCTRL), and of those with a tag the VLANs in VFTA.
 */
#include "frame/bytes.h"
#include "filter.h"
#include "ixgbe.h"
#include "packet.h"

#define FRAME_MAX		1518u	/* with its checksum, without a VLAN tag */

void ixgbe_filter__reset(struct ixgbe *chip, const uint8_t mac[6])
{
	ixgbe__set_register(chip, RAL(0), le32(mac));
	ixgbe__set_register(chip, RAH(0), RAH_VALID | (uint32_t)mac[5] << 8 | mac[4]);
}

bool ixgbe_filter__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	if (offset < RAL(0) || offset >= RAL(RAR_COUNT))
		return false;
	if (offset % 8 == RAH(0) % 8)
		value &= RAH_VALID | RAH_ADDRESS;
	ixgbe__set_register(chip, offset, value);
	return true;
}

static bool ixgbe_filter__is_ours(struct ixgbe *chip, const uint8_t *address)
{
	uint32_t low = le32(address);
	uint32_t high = RAH_VALID | (uint32_t)address[5] << 8 | address[4];

	for (unsigned int i = 0; i < RAR_COUNT; i++)
		if (ixgbe__register(chip, RAL(i)) == low &&
		    ixgbe__register(chip, RAH(i)) == high)
			return true;
	return false;
}

/* 7.1.1: twelve of the last 16 bits of the address choose one of 4096 bits. */
static bool ixgbe_filter__is_in_table(struct ixgbe *chip, const uint8_t *address)
{
	uint32_t control = ixgbe__register(chip, MCSTCTRL);
	uint32_t tail = (uint32_t)address[5] << 8 | address[4];
	uint32_t bit = tail >> (4 - (control & MCSTCTRL_OFFSET)) & 0xfff;

	return control & MCSTCTRL_ENABLE &&
	       ixgbe__register(chip, MTA(bit / 32)) >> bit % 32 & 1;
}

static bool ixgbe_filter__knows_vlan(struct ixgbe *chip, const struct packet *packet)
{
	uint32_t id = packet->tci & VLAN_ID;

	if (!packet->vlan || !(ixgbe__register(chip, VLNCTRL) & VLNCTRL_FILTER))
		return true;
	return ixgbe__register(chip, VFTA(id / 32)) >> id % 32 & 1;
}

static bool ixgbe_filter__knows_address(struct ixgbe *chip, const struct packet *packet)
{
	uint32_t control = ixgbe__register(chip, FCTRL);

	if (ethernet__is_broadcast(packet->bytes))
		return control & FCTRL_BROADCAST;
	if (!ethernet__is_multicast(packet->bytes))
		return control & FCTRL_UNICAST_ALL || ixgbe_filter__is_ours(chip, packet->bytes);
	return control & FCTRL_MULTICAST_ALL || ixgbe_filter__is_ours(chip, packet->bytes) ||
	       ixgbe_filter__is_in_table(chip, packet->bytes);
}

bool ixgbe_filter__accepts(struct ixgbe *chip, const struct packet *packet)
{
	return ixgbe_filter__knows_address(chip, packet) && ixgbe_filter__knows_vlan(chip, packet);
}

bool ixgbe_filter__fits(struct ixgbe *chip, const struct packet *packet)
{
	bool jumbo = ixgbe__register(chip, HLREG0) & HLREG0_JUMBO;
	uint32_t limit = jumbo ? ixgbe__register(chip, MAXFRS) >> MAXFRS_SHIFT : FRAME_MAX;

	return packet->length + FRAME_CRC_BYTES <= limit + (packet->vlan ? VLAN_BYTES : 0);
}
