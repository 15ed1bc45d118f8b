/* SPDX-License-Identifier: MIT */
/* The rules of the switch: which VSIs take a frame, and what is not sent. */
#ifndef ICE_RULES_H
#define ICE_RULES_H

#include <stdbool.h>
#include <stdint.h>

struct ice;
struct ice_rule;

/* What a frame is for the rules. */
struct ice_frame_key {
	const uint8_t *address;		/* its destination */
	uint16_t vlan;			/* 0: untagged */
	uint16_t ethertype;		/* behind the tag */
};

/* Return: the rule's number; -1: there is no room. */
int ice_rules__add(struct ice *chip, const struct ice_rule *rule);
/* Return: NULL: there is none of that number. */
struct ice_rule *ice_rules__find(struct ice *chip, unsigned int number);
void ice_rules__remove(struct ice *chip, struct ice_rule *rule);
/* Forgets a VSI that is no more. */
void ice_rules__forget_vsi(struct ice *chip, unsigned int vsi);

/* Which VSIs take a frame from the wire, a bit each; none: it is filtered. */
uint32_t ice_rules__receivers(struct ice *chip, const struct ice_frame_key *key);
/* Whether a rule keeps the VSI's frame from being sent. */
bool ice_rules__blocks(const struct ice *chip, unsigned int vsi, const struct ice_frame_key *key);

#endif
