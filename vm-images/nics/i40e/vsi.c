// SPDX-License-Identifier: MIT
/*
 * Virtual station interfaces (datasheet section 7.4, "Internal switch"): an end of the switch with
 * queues of its own. The first is the PF's and always there; the driver adds one for programming
 * flow director filters. Queues beyond the PF's are wrapped into them.
 */
#include <string.h>

#include "frame/bytes.h"
#include "i40e.h"
#include "vsi.h"

struct i40e_vsi *i40e_vsi__find(struct i40e *chip, unsigned int seid)
{
	unsigned int i;

	for (i = 0; i < I40E_VSIS; i++)
		if (chip->vsis[i].used && chip->vsis[i].seid == seid)
			return &chip->vsis[i];
	return NULL;
}

static void vsi__init(struct i40e *chip, unsigned int number, unsigned int uplink)
{
	struct i40e_vsi *vsi = &chip->vsis[number];
	unsigned int tc;

	memset(vsi, 0, sizeof(*vsi));
	vsi->used = true;
	vsi->seid = VSI_SEID_FIRST + number;
	vsi->uplink = uplink;
	vsi->properties[VSI_VLAN_FLAGS] = VLAN_ACCEPT_ALL | VLAN_KEEP << VLAN_STRIP_LOW;
	/* Of the queue sets for TX only that of traffic class 0 is there. */
	put_le16(vsi->properties + VSI_QUEUE_SETS, VSI_QUEUE_SET_FIRST + number);
	for (tc = 1; tc < 8; tc++)
		put_le16(vsi->properties + VSI_QUEUE_SETS + 2 * tc, 0xffff);
	put_le16(vsi->properties + VSI_STATISTICS, number);
	put_le16(vsi->properties + VSI_SCHEDULER, VSI_QUEUE_SET_FIRST + number);
}

struct i40e_vsi *i40e_vsi__add(struct i40e *chip, unsigned int uplink)
{
	unsigned int number;

	for (number = 0; number < I40E_VSIS; number++) {
		if (!chip->vsis[number].used) {
			vsi__init(chip, number, uplink);
			return &chip->vsis[number];
		}
	}
	return NULL;
}

unsigned int i40e_vsi__used(const struct i40e *chip)
{
	unsigned int number, used = 0;

	for (number = 0; number < I40E_VSIS; number++)
		used += chip->vsis[number].used;
	return used;
}

unsigned int i40e_vsi__queue(const struct i40e_vsi *vsi, unsigned int queue)
{
	const uint8_t *mapping = vsi->properties + VSI_QUEUE_MAPPING;

	if (le16(vsi->properties + VSI_MAPPING_FLAGS) & MAPPING_SCATTERED)
		queue = le16(mapping + 2 * (queue % 16));
	else
		queue += le16(mapping);
	return bits(queue, 0, 11) % I40E_QUEUES;
}

unsigned int i40e_vsi__rss_queue(const struct i40e_vsi *vsi, unsigned int queue)
{
	uint16_t class = le16(vsi->properties + VSI_TC_MAPPING);
	unsigned int offset = bits(class, 0, 9), log_queues = bits(class, 9, 3);

	return i40e_vsi__queue(vsi, offset + bits(queue, 0, log_queues));
}

bool i40e_vsi__strips_vlan(const struct i40e_vsi *vsi)
{
	return bits(vsi->properties[VSI_VLAN_FLAGS], VLAN_STRIP_LOW, 2) != VLAN_KEEP;
}
