// SPDX-License-Identifier: MIT
/*
 * Commands about virtual Ethernet bridges (datasheet section 7.4, "Internal switch"). The driver
 * puts one between the port and its VSIs as soon as it has a second VSI.
 */
#include "frame/bytes.h"
#include "admin_commands.h"
#include "i40e.h"
#include "vsi.h"

static struct i40e_veb *veb__find(struct i40e *chip, unsigned int seid)
{
	unsigned int i;

	for (i = 0; i < I40E_VEBS; i++)
		if (chip->vebs[i].used && chip->vebs[i].seid == seid)
			return &chip->vebs[i];
	return NULL;
}

static unsigned int veb__used(const struct i40e *chip)
{
	unsigned int i, used = 0;

	for (i = 0; i < I40E_VEBS; i++)
		used += chip->vebs[i].used;
	return used;
}

bool admin_veb__delete(struct i40e *chip, unsigned int seid)
{
	struct i40e_veb *veb = veb__find(chip, seid);

	if (!veb)
		return false;
	veb->used = false;
	return true;
}

static enum admin_result add_veb(struct i40e *chip, struct admin_command *command)
{
	uint16_t uplink = le16(command->parameters), downlink = le16(command->parameters + 2);
	struct i40e_vsi *vsi = i40e_vsi__find(chip, downlink);
	unsigned int i;

	for (i = 0; i < I40E_VEBS && chip->vebs[i].used; i++)
		;
	if (i == I40E_VEBS)
		return ADMIN_ENOSPC;
	chip->vebs[i] = (struct i40e_veb){
		.used = true,
		.seid = VEB_SEID_FIRST + i,
		.uplink = uplink,
		.flags = le16(command->parameters + 4),
	};
	if (vsi)
		vsi->uplink = VEB_SEID_FIRST + i;
	put_le16(command->parameters + 6, VSI_UPLINK_MAC);
	put_le16(command->parameters + 8, VEB_SEID_FIRST + i);
	put_le16(command->parameters + 10, i);		/* statistics */
	put_le16(command->parameters + 12, veb__used(chip));
	put_le16(command->parameters + 14, I40E_VEBS - veb__used(chip));
	return ADMIN_OK;
}

static enum admin_result get_veb(struct i40e *chip, struct admin_command *command)
{
	struct i40e_veb *veb = veb__find(chip, le16(command->parameters));

	if (!veb)
		return ADMIN_ENOENT;
	put_le16(command->parameters + 2, VSI_UPLINK_MAC);
	put_le16(command->parameters + 4, veb->flags);
	put_le16(command->parameters + 6, veb - chip->vebs);
	put_le16(command->parameters + 8, veb__used(chip));
	put_le16(command->parameters + 10, I40E_VEBS - veb__used(chip));
	return ADMIN_OK;
}

static enum admin_result update_veb(struct i40e *chip, struct admin_command *command)
{
	return veb__find(chip, le16(command->parameters)) ? ADMIN_OK : ADMIN_ENOENT;
}

const struct admin_handler admin_veb_handlers[] = {
	{ 0x0230, 0, add_veb },
	{ 0x0231, 0, update_veb },
	{ 0x0232, 0, get_veb },
	{ 0 }
};
