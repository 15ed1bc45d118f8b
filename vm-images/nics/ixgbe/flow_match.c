// SPDX-License-Identifier: MIT
/*
 * Which flow a packet belongs to (datasheet 7.1.2.7). Perfect filters compare the fields of an IPv4
 * packet that are not masked. Signature filters have two hashes of 15 bits: one chooses a bucket,
 * the other is compared.
 */
#include "frame/bytes.h"
#include "flow_match.h"
#include "ixgbe.h"
#include "packet.h"

#define VLAN_CANONICAL		0x1000u
#define VLAN_PRIORITY		0xe000u

static uint32_t ixgbe_flow_match__l4_code(enum packet_l4 l4)
{
	switch (l4) {
	case PACKET_L4_UDP:
		return 1;
	case PACKET_L4_TCP:
		return 2;
	case PACKET_L4_SCTP:
		return 3;
	default:
		return 0;
	}
}

/* Two bytes somewhere in the first 64, as they are in memory. */
static uint16_t ixgbe_flow_match__flex(struct ixgbe *chip, const struct packet *packet)
{
	uint32_t words = ixgbe__register(chip, FDIRCTRL) >> FDIRCTRL_FLEX_SHIFT;
	size_t at = (words & FDIRCTRL_FLEX_MASK) * 2;

	if (at + 2 > packet->length)
		return 0;
	return (uint16_t)(packet->bytes[at + 1] << 8 | packet->bytes[at]);
}

/* The masks of ports have their bits in the opposite order, half by half. */
static uint32_t ixgbe_flow_match__port_mask(uint32_t reg)
{
	uint32_t mask = 0;

	for (unsigned int i = 0; i < 16; i++)
		if (reg >> i & 0x00010001)
			mask |= (reg >> i & 0x00010001) << (15 - i);
	return mask;
}

static bool ixgbe_flow_match__ports_match(struct ixgbe *chip, const struct packet *packet,
					     const struct ixgbe_flow *flow)
{
	uint32_t ports = (uint32_t)packet->destination_port << 16 | packet->source_port;
	uint32_t reg = packet->l4 == PACKET_L4_UDP ? FDIRUDPM : FDIRTCPM;
	uint32_t ignored = ixgbe_flow_match__port_mask(ixgbe__register(chip, reg));

	return !((ports ^ flow->ports) & ~ignored);
}

static bool ixgbe_flow_match__matches(struct ixgbe *chip, const struct packet *packet,
					 const struct ixgbe_flow *flow)
{
	uint32_t ignored = ixgbe__register(chip, FDIRM);
	uint32_t vlan = ((uint32_t)ixgbe_flow_match__flex(chip, packet) << 16 | packet->tci);
	uint32_t compared = 0;

	if (flow->command & FDIRCMD_IPV6)
		return false;
	if ((le32(packet->source) ^ flow->source) & ~ixgbe__register(chip, FDIRSIP4M) ||
	    (le32(packet->destination) ^ flow->destination) &
	    ~ixgbe__register(chip, FDIRDIP4M))
		return false;
	if (!(ignored & FDIRM_L4_PROTOCOL)) {
		if ((flow->command >> FDIRCMD_L4_SHIFT & 3) !=
		    ixgbe_flow_match__l4_code(packet->l4))
			return false;
		if (packet->l4 != PACKET_L4_NONE &&
		    !ixgbe_flow_match__ports_match(chip, packet, flow))
			return false;
	}
	compared |= ignored & FDIRM_VLAN_ID ? 0 : VLAN_ID;
	compared |= ignored & FDIRM_VLAN_PRIORITY ? 0 : VLAN_PRIORITY;
	compared |= ignored & FDIRM_FLEX ? 0 : 0xffff0000u;
	return !((vlan ^ flow->vlan) & compared);
}

/*
 * 7.1.2.7. The hash is linear in the 350 bits it is made of and its key repeats every 32 bits, so
 * those bits are first folded into 32: @common. @flow (pool, type, VLAN) is at the start of the
 * stream, where the first bit of the key finds nothing before it.
 */
static uint32_t ixgbe_flow_match__hash(uint32_t key, uint32_t flow, uint32_t common)
{
	uint32_t swapped = common >> 16 | common << 16;
	uint32_t high = common ^ flow ^ flow >> 16;
	uint32_t low = swapped ^ flow ^ flow << 16;
	uint32_t hash = 0;

	for (unsigned int i = 0; i < 16; i++) {
		if (key >> i & 1)
			hash ^= (i ? low : swapped) >> i;
		if (key >> (i + 16) & 1)
			hash ^= high >> i;
	}
	return hash & FDIRHASH_BUCKET;
}

const struct ixgbe_signature *ixgbe_flow_match__signature(struct ixgbe *chip,
							  const struct packet *packet,
							  unsigned int buckets)
{
	uint32_t type = ixgbe_flow_match__l4_code(packet->l4) | (packet->ipv6 ? 4 : 0);
	uint32_t ignored = ixgbe__register(chip, FDIRM);
	uint32_t flow = type << 16 | packet->tci, common;
	const struct ixgbe_signature *found;
	uint16_t flex;
	uint32_t hash;

	if (ignored & FDIRM_VLAN_ID)
		flow &= ~VLAN_ID;
	if (ignored & FDIRM_VLAN_PRIORITY)
		flow &= ~(VLAN_PRIORITY | VLAN_CANONICAL);
	common = (uint32_t)packet->source_port << 16 | packet->destination_port;
	flex = ixgbe_flow_match__flex(chip, packet);
	if (!(ignored & FDIRM_FLEX))
		common ^= (uint32_t)(uint16_t)(flex << 8 | flex >> 8) << 16;
	for (unsigned int i = 0; i < (packet->ipv4 ? 4 : 16); i += 4)
		common ^= be32(packet->source + i) ^ be32(packet->destination + i);

	hash = ixgbe_flow_match__hash(ixgbe__register(chip, FDIRHKEY), flow, common);
	found = &chip->director.signatures[hash & (buckets - 1)];
	hash = ixgbe_flow_match__hash(ixgbe__register(chip, FDIRSKEY), flow, common);
	return found->used && found->signature == hash ? found : NULL;
}

const struct ixgbe_flow *ixgbe_flow_match__perfect(struct ixgbe *chip, const struct packet *packet)
{
	if (!packet->ipv4)
		return NULL;
	for (unsigned int i = 0; i < chip->director.flow_count; i++)
		if (ixgbe_flow_match__matches(chip, packet, &chip->director.flows[i]))
			return &chip->director.flows[i];
	return NULL;
}
