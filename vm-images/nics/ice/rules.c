// SPDX-License-Identifier: MIT
/*
 * Rules are those of the recipes that every NVM has (ice_switch.h: enum ice_sw_lkup_type). A frame
 * goes to the VSIs of all rules that match, or, when none does, to that of the default rule, and
 * nowhere when one drops it; VSIs that prune VLANs have to have a rule for the frame's. Sent frames
 * are not switched between VSIs: only rules that drop are looked at.
 */
#include <string.h>

#include "frame/headers.h"
#include "ice.h"
#include "rules.h"
#include "vsi.h"

int ice_rules__add(struct ice *chip, const struct ice_rule *rule)
{
	unsigned int number;

	for (number = 0; number < ICE_RULES && chip->rules[number].used; number++)
		;
	if (number == ICE_RULES)
		return -1;
	chip->rules[number] = *rule;
	chip->rules[number].used = true;
	if (number == chip->rules_end)
		chip->rules_end++;
	return number;
}

struct ice_rule *ice_rules__find(struct ice *chip, unsigned int number)
{
	return number < ICE_RULES && chip->rules[number].used ? &chip->rules[number] : NULL;
}

void ice_rules__remove(struct ice *chip, struct ice_rule *rule)
{
	rule->used = false;
	while (chip->rules_end && !chip->rules[chip->rules_end - 1].used)
		chip->rules_end--;
}

/* Whether it is about this VSI, and no other. */
static bool rule__is_of(const struct ice_rule *rule, unsigned int vsi)
{
	if (rule->drops)
		return rule->sent && rule->source == vsi;
	return !rule->to_list && rule->target == vsi;
}

void ice_rules__forget_vsi(struct ice *chip, unsigned int vsi)
{
	unsigned int i;

	for (i = 0; i < ICE_VSI_LISTS; i++)
		chip->vsi_lists[i] &= ~(UINT32_C(1) << vsi);
	for (i = chip->rules_end; i-- > 0;) {
		struct ice_rule *rule = &chip->rules[i];

		if (rule->used && rule__is_of(rule, vsi))
			ice_rules__remove(chip, rule);
	}
}

static bool kind__same(const uint8_t *one, const uint8_t *other)
{
	return ethernet__is_multicast(one) == ethernet__is_multicast(other) &&
	       ethernet__is_broadcast(one) == ethernet__is_broadcast(other);
}

/* Rules about VLANs, and those about the rest, are asked for on their own. */
static bool rule__matches(const struct ice_rule *rule, const struct ice_frame_key *key)
{
	bool same_address = !memcmp(rule->address, key->address, 6);

	switch (rule->match) {
	case ICE_MATCH_ADDRESS:
		return same_address;
	case ICE_MATCH_ADDRESS_VLAN:
		return same_address && rule->vlan == key->vlan;
	case ICE_MATCH_ETHERTYPE:
		return rule->ethertype == key->ethertype;
	case ICE_MATCH_ETHERTYPE_ADDRESS:
		return same_address && rule->ethertype == key->ethertype;
	case ICE_MATCH_KIND:
		return !rule->sent && kind__same(rule->address, key->address);
	case ICE_MATCH_KIND_VLAN:
		return !rule->sent && kind__same(rule->address, key->address) &&
		       rule->vlan == key->vlan;
	default:
		return false;
	}
}

static uint32_t rule__vsis(const struct ice *chip, const struct ice_rule *rule)
{
	if (rule->drops)
		return 0;
	if (rule->to_list)
		return rule->target < ICE_VSI_LISTS ? chip->vsi_lists[rule->target] : 0;
	return rule->target < ICE_VSIS ? UINT32_C(1) << rule->target : 0;
}

uint32_t ice_rules__receivers(struct ice *chip, const struct ice_frame_key *key)
{
	uint32_t takers = 0, others = 0, of_vlan = 0;
	unsigned int i;

	for (i = 0; i < chip->rules_end; i++) {
		const struct ice_rule *rule = &chip->rules[i];

		if (!rule->used)
			continue;
		if (rule->match == ICE_MATCH_ANY && !rule->sent)
			others |= rule__vsis(chip, rule);
		else if (rule->match == ICE_MATCH_VLAN && rule->vlan == key->vlan)
			of_vlan |= rule__vsis(chip, rule);
		else if (!rule__matches(rule, key))
			continue;
		else if (rule->drops && !rule->sent)
			return 0;
		else
			takers |= rule__vsis(chip, rule);
	}
	if (!takers)
		takers = others;
	for (i = 0; i < ICE_VSIS; i++)
		if (!chip->vsis[i].used ||
		    (ice_vsi__prunes_vlans(&chip->vsis[i]) && !(of_vlan >> i & 1)))
			takers &= ~(UINT32_C(1) << i);
	return takers;
}

bool ice_rules__blocks(const struct ice *chip, unsigned int vsi, const struct ice_frame_key *key)
{
	unsigned int i;

	for (i = 0; i < chip->rules_end; i++) {
		const struct ice_rule *rule = &chip->rules[i];

		if (rule->used && rule->sent && rule->drops && rule->source == vsi &&
		    rule__matches(rule, key))
			return true;
	}
	return false;
}
