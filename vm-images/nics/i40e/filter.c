// SPDX-License-Identifier: MIT
/*
 * Which VSI takes a frame (datasheet section 7.4, "Internal switch"): by address and VLAN, or all
 * of a kind, as the admin queue said. The table has no holes; most drivers add a handful.
 */
#include <errno.h>
#include <string.h>

#include "frame/headers.h"
#include "filter.h"
#include "i40e.h"

static bool filter__same(const struct i40e_filter *one, const struct i40e_filter *other)
{
	return one->kind == other->kind && one->vsi == other->vsi &&
	       one->any_vlan == other->any_vlan &&
	       (one->any_vlan || one->vlan == other->vlan) &&
	       (one->kind != I40E_FILTER_ADDRESS || !memcmp(one->address, other->address, 6));
}

static struct i40e_filter *filter__find(struct i40e *chip, const struct i40e_filter *filter)
{
	unsigned int i;

	for (i = 0; i < chip->filter_count; i++)
		if (filter__same(&chip->filters[i], filter))
			return &chip->filters[i];
	return NULL;
}

static void filter__drop(struct i40e *chip, struct i40e_filter *filter)
{
	*filter = chip->filters[--chip->filter_count];
}

int i40e_filter__add(struct i40e *chip, const struct i40e_filter *filter)
{
	if (filter__find(chip, filter))
		return 0;
	if (chip->filter_count == I40E_MAC_FILTERS)
		return -ENOSPC;
	chip->filters[chip->filter_count++] = *filter;
	return 0;
}

bool i40e_filter__remove(struct i40e *chip, const struct i40e_filter *filter)
{
	struct i40e_filter *found = filter__find(chip, filter);

	if (!found)
		return false;
	filter__drop(chip, found);
	return true;
}

void i40e_filter__remove_vsi(struct i40e *chip, unsigned int vsi)
{
	unsigned int i;

	for (i = chip->filter_count; i-- > 0;)
		if (chip->filters[i].vsi == vsi)
			filter__drop(chip, &chip->filters[i]);
}

static enum i40e_filter_kind address__kind(const uint8_t *address)
{
	if (!ethernet__is_multicast(address))
		return I40E_FILTER_UNICAST;
	return ethernet__is_broadcast(address) ? I40E_FILTER_BROADCAST : I40E_FILTER_MULTICAST;
}

struct i40e_vsi *i40e_filter__match(struct i40e *chip, const uint8_t *address, uint16_t vlan)
{
	enum i40e_filter_kind kind = address__kind(address);
	unsigned int i;

	for (i = 0; i < chip->filter_count; i++) {
		const struct i40e_filter *filter = &chip->filters[i];

		if (!filter->any_vlan && filter->vlan != vlan)
			continue;
		if (filter->kind == I40E_FILTER_EVERYTHING || filter->kind == kind ||
		    (filter->kind == I40E_FILTER_ADDRESS && !memcmp(filter->address, address, 6)))
			return &chip->vsis[filter->vsi];
	}
	return NULL;
}
