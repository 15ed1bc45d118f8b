// SPDX-License-Identifier: MIT
/* Commands about the internal switch and its VSIs. */
#include <string.h>

#include "frame/bytes.h"
#include "admin_commands.h"
#include "ice.h"
#include "rules.h"
#include "vsi.h"

#define ELEMENT_BYTES 6u		/* number and type, switch, function */
#define SWITCH_ID 1
#define VSI_NUMBER_MASK 0x3ff

static struct ice_vsi *command__vsi(struct ice *chip, const struct admin_command *command)
{
	return ice_vsi__find(chip, le16(command->parameters) & VSI_NUMBER_MASK);
}

static void command__answer_vsi(struct ice *chip, struct admin_command *command,
				const struct ice_vsi *vsi)
{
	unsigned int used = ice_vsi__used(chip);

	put_le16(command->parameters, ice_vsi__number(chip, vsi));
	put_le16(command->parameters + 2, 0);
	put_le16(command->parameters + 4, used);
	put_le16(command->parameters + 6, ICE_VSIS - used);
	if (command->bytes < ICE_VSI_PROPERTIES)
		return;
	memcpy(command->data, vsi->properties, ICE_VSI_PROPERTIES);
	command->answer_bytes = ICE_VSI_PROPERTIES;
}

/* The only element is the physical port 0, of the function 0. */
static enum admin_result get_configuration(struct ice *chip, struct admin_command *command)
{
	(void)chip;
	memset(command->data, 0, ELEMENT_BYTES);
	put_le16(command->data + 2, SWITCH_ID);
	put_le16(command->parameters + 2, 0);	/* nothing follows */
	put_le16(command->parameters + 4, 1);
	command->answer_bytes = ELEMENT_BYTES;
	return ADMIN_OK;
}

static enum admin_result add_vsi(struct ice *chip, struct admin_command *command)
{
	struct ice_vsi *vsi = ice_vsi__add(chip, command->data);

	if (!vsi)
		return ADMIN_ENOSPC;
	command__answer_vsi(chip, command, vsi);
	return ADMIN_OK;
}

static enum admin_result update_vsi(struct ice *chip, struct admin_command *command)
{
	struct ice_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return ADMIN_ENOENT;
	ice_vsi__update(vsi, command->data);
	command__answer_vsi(chip, command, vsi);
	return ADMIN_OK;
}

static enum admin_result get_vsi(struct ice *chip, struct admin_command *command)
{
	struct ice_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return ADMIN_ENOENT;
	command__answer_vsi(chip, command, vsi);
	return ADMIN_OK;
}

static enum admin_result free_vsi(struct ice *chip, struct admin_command *command)
{
	struct ice_vsi *vsi = command__vsi(chip, command);
	unsigned int queue, used;

	if (!vsi)
		return ADMIN_ENOENT;
	for (queue = 0; queue < ICE_QUEUES; queue++)
		if (chip->tx.ring[queue].enabled &&
		    chip->tx_owners[queue].vsi == ice_vsi__number(chip, vsi))
			return ADMIN_EBUSY;
	ice_rules__forget_vsi(chip, ice_vsi__number(chip, vsi));
	vsi->used = false;
	used = ice_vsi__used(chip);
	put_le16(command->parameters + 4, used);
	put_le16(command->parameters + 6, ICE_VSIS - used);
	return ADMIN_OK;
}

const struct admin_handler ice_switch_handlers[] = {
	{ 0x0200, ELEMENT_BYTES, get_configuration },
	{ 0x0203, 0, admin_accept },		/* port parameters */
	{ 0x020c, 0, admin_refuse },		/* VLAN mode: single, and nothing else */
	{ 0x020d, 0, admin_refuse },
	{ 0x0210, ICE_VSI_PROPERTIES, add_vsi },
	{ 0x0211, ICE_VSI_PROPERTIES, update_vsi },
	{ 0x0212, ICE_VSI_PROPERTIES, get_vsi },
	{ 0x0213, 0, free_vsi },
	{ 0 }
};
