// SPDX-License-Identifier: MIT
/*
 * Virtual station interfaces: an end of the switch with queues of its own. The driver adds them
 * all.
 */
#include <string.h>

#include "frame/bytes.h"
#include "ice.h"
#include "vsi.h"

/* Which bytes of the properties a bit of valid_sections stands for. */
static const struct {
	uint16_t section;
	uint8_t from, to;
} sections[] = {
	{ 0x0001, VSI_SWITCH, VSI_SECURITY },
	{ 0x0002, VSI_SECURITY, VSI_VLAN },
	{ 0x0004, VSI_VLAN, VSI_INGRESS_PRIORITIES },
	{ 0x0008, VSI_OUTER_TAG, VSI_MAPPING_FLAGS },
	{ 0x0010, VSI_INGRESS_PRIORITIES, VSI_EGRESS_PRIORITIES },
	{ 0x0020, VSI_EGRESS_PRIORITIES, VSI_OUTER_TAG },
	{ 0x0040, VSI_MAPPING_FLAGS, VSI_QUEUE_OPTIONS },
	{ 0x0080, VSI_QUEUE_OPTIONS, VSI_OUTER_PRIORITIES },
	{ 0x0100, VSI_OUTER_PRIORITIES, VSI_OUTER_PRIORITIES + 4 },
	{ 0x0800, VSI_FLOW_DIRECTOR, VSI_PASID },
	{ 0x1000, VSI_PASID, VSI_RESERVED },
};

struct ice_vsi *ice_vsi__find(struct ice *chip, unsigned int number)
{
	return number < ICE_VSIS && chip->vsis[number].used ? &chip->vsis[number] : NULL;
}

struct ice_vsi *ice_vsi__add(struct ice *chip, const uint8_t properties[ICE_VSI_PROPERTIES])
{
	unsigned int number;

	for (number = 0; number < ICE_VSIS; number++) {
		struct ice_vsi *vsi = &chip->vsis[number];

		if (vsi->used)
			continue;
		*vsi = (struct ice_vsi){ .used = true };
		memcpy(vsi->properties, properties, ICE_VSI_PROPERTIES);
		return vsi;
	}
	return NULL;
}

unsigned int ice_vsi__used(const struct ice *chip)
{
	unsigned int number, used = 0;

	for (number = 0; number < ICE_VSIS; number++)
		used += chip->vsis[number].used;
	return used;
}

void ice_vsi__update(struct ice_vsi *vsi, const uint8_t properties[ICE_VSI_PROPERTIES])
{
	uint16_t valid = le16(properties + VSI_VALID_SECTIONS);
	unsigned int i;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (valid & sections[i].section)
			memcpy(vsi->properties + sections[i].from, properties + sections[i].from,
			       sections[i].to - sections[i].from);
}

unsigned int ice_vsi__rss_queue(const struct ice_vsi *vsi, unsigned int entry)
{
	const uint8_t *mapping = vsi->properties + VSI_QUEUE_MAPPING;
	uint16_t class = le16(vsi->properties + VSI_TC_MAPPING);
	unsigned int queue = bits(class, 0, 11) + bits(entry, 0, bits(class, 11, 4));

	if (le16(vsi->properties + VSI_MAPPING_FLAGS) & MAPPING_SCATTERED)
		queue = le16(mapping + 2 * (queue % 16));
	else
		queue += le16(mapping);
	return bits(queue, 0, 11) % ICE_QUEUES;
}

bool ice_vsi__strips_vlan(const struct ice_vsi *vsi)
{
	return bits(vsi->properties[VSI_VLAN_FLAGS], VLAN_STRIP_LOW, 2) != VLAN_KEEP;
}

bool ice_vsi__prunes_vlans(const struct ice_vsi *vsi)
{
	return vsi->properties[VSI_SWITCH_FLAGS2] & SWITCH_PRUNES_VLANS;
}
