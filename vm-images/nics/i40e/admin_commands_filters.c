// SPDX-License-Identifier: MIT
/*
 * Commands about what a VSI receives and how frames spread over its queues: addresses and VLANs,
 * promiscuous modes, blocked ethertypes, UDP tunnel ports, RSS (datasheet sections 7.4 and 7.1).
 */
#include <string.h>

#include "frame/bytes.h"
#include "access.h"
#include "admin_commands.h"
#include "filter.h"
#include "i40e.h"
#include "registers.h"
#include "vsi.h"

#define SEID_MASK 0x3ff
#define ELEMENT_BYTES 16u
#define ADD_ANY_VLAN 0x0004
#define REMOVE_ANY_VLAN 0x08
#define ERROR_NO_RESOURCES 0xff
#define MATCH_PERFECT 0x01
#define PROMISCUOUS_VLAN_VALID 0x8000
#define BLOCK_TX_DROP 0x000a		/* drop, of what is sent */
#define RSS_KEY_BYTES 52u
#define RSS_LUT_PF 0x0001

static struct i40e_vsi *seid__vsi(struct i40e *chip, uint16_t seid)
{
	return i40e_vsi__find(chip, seid & SEID_MASK);
}

static void answer_room(struct i40e *chip, struct admin_command *command)
{
	put_le16(command->parameters, chip->filter_count);
	put_le16(command->parameters + 2, I40E_MAC_FILTERS - chip->filter_count);
	command->answer_bytes = command->bytes;
}

/* Elements have 16 bytes: address, VLAN, flags, queue, and how it is matched: for us to say. */
static struct i40e_filter element__filter(const uint8_t *element, unsigned int vsi, bool any_vlan)
{
	struct i40e_filter filter = {
		.kind = I40E_FILTER_ADDRESS,
		.vsi = vsi,
		.any_vlan = any_vlan,
		.vlan = le16(element + 6) & 0xfff,
	};

	memcpy(filter.address, element, 6);
	return filter;
}

static enum admin_result add_addresses(struct i40e *chip, struct admin_command *command)
{
	struct i40e_vsi *vsi = seid__vsi(chip, le16(command->parameters + 2));
	unsigned int count = le16(command->parameters), i;
	enum admin_result result = ADMIN_OK;

	if (!vsi)
		return ADMIN_ENOENT;
	if (!count || count * ELEMENT_BYTES > command->bytes)
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++) {
		uint8_t *element = command->data + i * ELEMENT_BYTES;
		struct i40e_filter filter = element__filter(element, i40e_vsi__number(chip, vsi),
							    le16(element + 8) & ADD_ANY_VLAN);

		if (i40e_filter__add(chip, &filter)) {
			element[12] = ERROR_NO_RESOURCES;
			result = ADMIN_ENOSPC;
		} else {
			element[12] = MATCH_PERFECT;
		}
	}
	answer_room(chip, command);
	return result;
}

static enum admin_result remove_addresses(struct i40e *chip, struct admin_command *command)
{
	struct i40e_vsi *vsi = seid__vsi(chip, le16(command->parameters + 2));
	unsigned int count = le16(command->parameters), i;
	enum admin_result result = ADMIN_OK;

	if (!vsi)
		return ADMIN_ENOENT;
	if (!count || count * ELEMENT_BYTES > command->bytes)
		return ADMIN_EINVAL;
	for (i = 0; i < count; i++) {
		uint8_t *element = command->data + i * ELEMENT_BYTES;
		struct i40e_filter filter = element__filter(element, i40e_vsi__number(chip, vsi),
							    element[8] & REMOVE_ANY_VLAN);

		element[12] = 0;
		if (!i40e_filter__remove(chip, &filter)) {
			element[12] = ERROR_NO_RESOURCES;
			result = ADMIN_ENOENT;
		}
	}
	answer_room(chip, command);
	return result;
}

/* Of the modes that are valid, those set are added, the others removed; for a VLAN, or for all. */
static enum admin_result set_promiscuous(struct i40e *chip, struct admin_command *command)
{
	static const struct {
		uint16_t flag;
		enum i40e_filter_kind kind;
	} modes[] = {
		{ 0x0001, I40E_FILTER_UNICAST },
		{ 0x0002, I40E_FILTER_MULTICAST },
		{ 0x0004, I40E_FILTER_BROADCAST },
		{ 0x0008, I40E_FILTER_EVERYTHING },	/* the default VSI */
	};
	uint16_t set = le16(command->parameters), valid = le16(command->parameters + 2);
	struct i40e_vsi *vsi = seid__vsi(chip, le16(command->parameters + 4));
	uint16_t vlan = le16(command->parameters + 6);
	unsigned int i;

	if (!vsi)
		return ADMIN_ENOENT;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct i40e_filter filter = {
			.kind = modes[i].kind,
			.vsi = i40e_vsi__number(chip, vsi),
			.any_vlan = !(vlan & PROMISCUOUS_VLAN_VALID),
			.vlan = vlan & 0xfff,
		};

		if (!(valid & modes[i].flag))
			continue;
		if (!(set & modes[i].flag))
			i40e_filter__remove(chip, &filter);
		else if (i40e_filter__add(chip, &filter))
			return ADMIN_ENOSPC;
	}
	return ADMIN_OK;
}

/* Of control packet filters, those that keep an ethertype from being sent. */
static enum admin_result block_ethertype(struct i40e *chip, struct admin_command *command)
{
	uint16_t ethertype = le16(command->parameters + 6), flags = le16(command->parameters + 8);
	unsigned int i;

	if ((flags & BLOCK_TX_DROP) != BLOCK_TX_DROP || !ethertype)
		return ADMIN_ENOSYS;
	for (i = 0; i < I40E_BLOCKED_ETHERTYPES; i++)
		if (chip->blocked_ethertypes[i] == ethertype)
			return ADMIN_OK;
	for (i = 0; i < I40E_BLOCKED_ETHERTYPES; i++) {
		if (!chip->blocked_ethertypes[i]) {
			chip->blocked_ethertypes[i] = ethertype;
			return ADMIN_OK;
		}
	}
	return ADMIN_ENOSPC;
}

static enum admin_result unblock_ethertype(struct i40e *chip, struct admin_command *command)
{
	uint16_t ethertype = le16(command->parameters + 6);
	unsigned int i;

	for (i = 0; i < I40E_BLOCKED_ETHERTYPES; i++) {
		if (ethertype && chip->blocked_ethertypes[i] == ethertype) {
			chip->blocked_ethertypes[i] = 0;
			return ADMIN_OK;
		}
	}
	return ADMIN_ENOENT;
}

/* Tunnels are not looked into: the ports are remembered, for their index. */
static enum admin_result add_tunnel_port(struct i40e *chip, struct admin_command *command)
{
	unsigned int i;

	for (i = 0; i < I40E_TUNNEL_PORTS; i++) {
		if (chip->tunnel_ports[i])
			continue;
		chip->tunnel_ports[i] = le16(command->parameters);
		command->parameters[2] = i;
		command->parameters[3] = 0;
		command->parameters[4] = I40E_TUNNEL_PORTS;
		return ADMIN_OK;
	}
	return ADMIN_ENOSPC;
}

static enum admin_result remove_tunnel_port(struct i40e *chip, struct admin_command *command)
{
	unsigned int index = command->parameters[2];

	if (index >= I40E_TUNNEL_PORTS || !chip->tunnel_ports[index])
		return ADMIN_ENOENT;
	chip->tunnel_ports[index] = 0;
	return ADMIN_OK;
}

/* The key and the table of the PF, as its registers have them: 4 bytes in each. */
static void registers__copy_in(struct i40e *chip, uint32_t first, const uint8_t *data, size_t bytes)
{
	size_t i;

	for (i = 0; i + 4 <= bytes; i += 4)
		i40e_access__write(chip, first + i / 4 * 128, le32(data + i));
}

static void registers__copy_out(struct i40e *chip, uint32_t first, uint8_t *data, size_t bytes)
{
	size_t i;

	for (i = 0; i + 4 <= bytes; i += 4)
		put_le32(data + i, i40e_access__read(chip, first + i / 4 * 128));
}

static enum admin_result set_rss_key(struct i40e *chip, struct admin_command *command)
{
	registers__copy_in(chip, PFQF_HKEY(0), command->data, RSS_KEY_BYTES);
	return ADMIN_OK;
}

static enum admin_result get_rss_key(struct i40e *chip, struct admin_command *command)
{
	registers__copy_out(chip, PFQF_HKEY(0), command->data, RSS_KEY_BYTES);
	command->answer_bytes = RSS_KEY_BYTES;
	return ADMIN_OK;
}

static enum admin_result rss_table__check(const struct admin_command *command)
{
	if (!(le16(command->parameters + 2) & RSS_LUT_PF))
		return ADMIN_ENOSYS;
	return command->bytes > 4 * PFQF_HLUT_COUNT ? ADMIN_EINVAL : ADMIN_OK;
}

static enum admin_result set_rss_table(struct i40e *chip, struct admin_command *command)
{
	enum admin_result result = rss_table__check(command);

	if (!result)
		registers__copy_in(chip, PFQF_HLUT(0), command->data, command->bytes);
	return result;
}

static enum admin_result get_rss_table(struct i40e *chip, struct admin_command *command)
{
	enum admin_result result = rss_table__check(command);

	if (!result) {
		registers__copy_out(chip, PFQF_HLUT(0), command->data, command->bytes);
		command->answer_bytes = command->bytes;
	}
	return result;
}

const struct admin_handler admin_filter_handlers[] = {
	{ 0x0250, ELEMENT_BYTES, add_addresses },
	{ 0x0251, ELEMENT_BYTES, remove_addresses },
	{ 0x0254, 0, set_promiscuous },
	{ 0x025a, 0, block_ethertype },
	{ 0x025b, 0, unblock_ethertype },
	{ 0x025c, 0, admin_refuse },		/* cloud filters */
	{ 0x025d, 0, admin_refuse },
	{ 0x0b00, 0, add_tunnel_port },
	{ 0x0b01, 0, remove_tunnel_port },
	{ 0x0b02, RSS_KEY_BYTES, set_rss_key },
	{ 0x0b03, 4, set_rss_table },
	{ 0x0b04, RSS_KEY_BYTES, get_rss_key },
	{ 0x0b05, 4, get_rss_table },
	{ 0 }
};
