// SPDX-License-Identifier: MIT
/*
 * Commands about rules of the switch. A rule of a lookup (struct ice_sw_rule_lkup_rx_tx) names one
 * of the NVM's recipes, and has a header of Ethernet with what is to match; a rule of a list has
 * the VSIs that go to it, or leave it.
 */
#include <string.h>

#include "frame/bytes.h"
#include "frame/headers.h"
#include "admin_commands.h"
#include "ice.h"
#include "rules.h"

enum element_type {
	LOOKUP_RX = 0,
	LOOKUP_TX = 1,
	VSI_LIST_SET = 3,
	VSI_LIST_CLEAR = 4,
	PRUNE_LIST_SET = 5,
	PRUNE_LIST_CLEAR = 6,
};

#define ELEMENT_HEADER_BYTES 4u		/* type, status */
#define STATUS_AT 2
/* A lookup. */
#define LOOKUP_BYTES 16u		/* recipe, source, action, index, header's length */
#define RECIPE_AT 4
#define SOURCE_AT 6
#define ACTION_AT 8
#define INDEX_AT 12
#define HEADER_LENGTH_AT 14
#define HEADER_BYTES 16u
#define HEADER_VLAN 14
/* A list. */
#define LIST_BYTES 8u			/* list, number of VSIs */
#define LIST_AT 4
#define LIST_COUNT_AT 6

/* Actions: type 0 forwards, 2 prunes. */
#define ACTION_TYPE 0x3
#define ACTION_FORWARD 0
#define ACTION_PRUNE 2
#define ACTION_TARGET_LOW 4
#define ACTION_TO_LIST (1u << 14)
#define ACTION_DROP (1u << 18)

static bool recipe__match(unsigned int recipe, enum ice_match *match)
{
	static const enum ice_match matches[] = {
		[0] = ICE_MATCH_ETHERTYPE, [1] = ICE_MATCH_ADDRESS, [2] = ICE_MATCH_ADDRESS_VLAN,
		[3] = ICE_MATCH_KIND, [4] = ICE_MATCH_VLAN, [5] = ICE_MATCH_ANY,
		[8] = ICE_MATCH_ETHERTYPE_ADDRESS, [9] = ICE_MATCH_KIND_VLAN,
	};

	if (recipe > 9 || recipe == 6 || recipe == 7)
		return false;
	*match = matches[recipe];
	return true;
}

static enum admin_result rule__set_action(struct ice_rule *rule, uint32_t action)
{
	unsigned int type = action & ACTION_TYPE;

	if (type != (rule->match == ICE_MATCH_VLAN ? ACTION_PRUNE : ACTION_FORWARD))
		return ADMIN_ENOSYS;
	rule->drops = type == ACTION_FORWARD && action & ACTION_DROP;
	rule->to_list = action & ACTION_TO_LIST;
	rule->target = bits(action, ACTION_TARGET_LOW, 10);
	return ADMIN_OK;
}

static enum admin_result element__rule(const uint8_t *element, struct ice_rule *rule)
{
	const uint8_t *header = element + LOOKUP_BYTES;

	*rule = (struct ice_rule){
		.sent = le16(element) == LOOKUP_TX,
		.source = le16(element + SOURCE_AT),
	};
	if (!recipe__match(le16(element + RECIPE_AT), &rule->match))
		return ADMIN_ENOENT;
	if (le16(element + HEADER_LENGTH_AT) < HEADER_BYTES)
		return ADMIN_EINVAL;
	memcpy(rule->address, header, 6);
	rule->ethertype = be16(header + ETHERTYPE_AT);
	rule->vlan = be16(header + HEADER_VLAN) & VLAN_ID;
	return rule__set_action(rule, le32(element + ACTION_AT));
}

static enum admin_result lookup__add(struct ice *chip, uint8_t *element)
{
	struct ice_rule rule;
	enum admin_result result = element__rule(element, &rule);
	int number;

	if (result)
		return result;
	number = ice_rules__add(chip, &rule);
	if (number < 0)
		return ADMIN_ENOSPC;
	put_le16(element + INDEX_AT, number);
	return ADMIN_OK;
}

static enum admin_result lookup__update(struct ice *chip, const uint8_t *element)
{
	struct ice_rule *rule = ice_rules__find(chip, le16(element + INDEX_AT));

	return rule ? rule__set_action(rule, le32(element + ACTION_AT)) : ADMIN_ENOENT;
}

static enum admin_result lookup__remove(struct ice *chip, const uint8_t *element)
{
	struct ice_rule *rule = ice_rules__find(chip, le16(element + INDEX_AT));

	if (!rule)
		return ADMIN_ENOENT;
	ice_rules__remove(chip, rule);
	return ADMIN_OK;
}

/* @bytes: those of the element, with all its VSIs. */
static enum admin_result list__change(struct ice *chip, const uint8_t *element, size_t bytes)
{
	unsigned int type = le16(element), list = le16(element + LIST_AT);
	bool clear = type == VSI_LIST_CLEAR || type == PRUNE_LIST_CLEAR;
	const uint8_t *at;

	if (list >= ICE_VSI_LISTS)
		return ADMIN_ENOENT;
	for (at = element + LIST_BYTES; at < element + bytes; at += 2) {
		if (le16(at) >= ICE_VSIS)
			return ADMIN_ENOENT;
		if (clear)
			chip->vsi_lists[list] &= ~(UINT32_C(1) << le16(at));
		else
			chip->vsi_lists[list] |= UINT32_C(1) << le16(at);
	}
	return ADMIN_OK;
}

/* Return: bytes of the element at the start of @room; 0: it is not whole, or of no type. */
static size_t element__bytes(const uint8_t *element, size_t room)
{
	size_t bytes;

	if (room < LIST_BYTES)
		return 0;
	switch (le16(element)) {
	case LOOKUP_RX:
	case LOOKUP_TX:
		if (room < LOOKUP_BYTES)
			return 0;
		bytes = LOOKUP_BYTES + le16(element + HEADER_LENGTH_AT);
		break;
	case VSI_LIST_SET:
	case VSI_LIST_CLEAR:
	case PRUNE_LIST_SET:
	case PRUNE_LIST_CLEAR:
		bytes = LIST_BYTES + 2 * le16(element + LIST_COUNT_AT);
		break;
	default:
		return 0;
	}
	return bytes <= room ? bytes : 0;
}

static enum admin_result element__handle(struct ice *chip, uint16_t opcode, uint8_t *element,
					 size_t bytes)
{
	if (le16(element) > LOOKUP_TX)
		return list__change(chip, element, bytes);
	switch (opcode) {
	case 0x02a0:
		return lookup__add(chip, element);
	case 0x02a1:
		return lookup__update(chip, element);
	default:
		return lookup__remove(chip, element);
	}
}

/*
 * The elements follow each other; each gets its own status, and the command the last that is bad.
 */
static enum admin_result change_rules(struct ice *chip, struct admin_command *command)
{
	unsigned int count = le16(command->parameters), i;
	enum admin_result result = ADMIN_OK;
	size_t at = 0;

	for (i = 0; i < count; i++) {
		uint8_t *element = command->data + at;
		size_t bytes = element__bytes(element, command->bytes - at);
		enum admin_result status;

		if (!bytes)
			return ADMIN_EINVAL;
		status = element__handle(chip, command->opcode, element, bytes);
		put_le16(element + STATUS_AT, status);
		if (status)
			result = status;
		at += bytes;
	}
	command->answer_bytes = at;
	return result;
}

const struct admin_handler ice_rule_handlers[] = {
	{ 0x0290, 0, admin_refuse },		/* recipes: those of the NVM, and no others */
	{ 0x0291, 0, admin_refuse },
	{ 0x0292, 0, admin_refuse },
	{ 0x0293, 0, admin_refuse },
	{ 0x02a0, ELEMENT_HEADER_BYTES, change_rules },
	{ 0x02a1, ELEMENT_HEADER_BYTES, change_rules },
	{ 0x02a2, ELEMENT_HEADER_BYTES, change_rules },
	{ 0 }
};
