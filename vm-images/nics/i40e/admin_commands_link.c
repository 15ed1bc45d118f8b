// SPDX-License-Identifier: MIT
/*
 * Commands about the link, the PHY and LLDP (datasheet sections 3.2, "Ethernet ports", and 7.12,
 * "DCB"). Firmware's LLDP agent is stopped and stays so.
 */
#include "frame/bytes.h"
#include "admin_commands.h"
#include "i40e.h"
#include "link.h"

#define ABILITIES_BYTES 0x218u
#define REPORT_INITIAL 0x0002

static enum admin_result get_abilities(struct i40e *chip, struct admin_command *command)
{
	const struct intel_link *link = &chip->link;
	bool initial = le16(command->parameters) & REPORT_INITIAL;

	put_le32(command->data, initial ? LINK_TYPES : link->types);
	command->data[4] = initial ? LINK_SPEED_40G : link->speed;
	command->data[5] = link->abilities;
	command->data[20] = 0x0d;	/* module: QSFP+ */
	command->answer_bytes = ABILITIES_BYTES;
	return ADMIN_OK;
}

/* Without PHY types, or with the link not enabled, there is no link. */
static enum admin_result set_configuration(struct i40e *chip, struct admin_command *command)
{
	struct intel_link *link = &chip->link;

	link->types = le32(command->parameters) & LINK_TYPES;
	link->speed = command->parameters[4] & LINK_SPEED_40G;
	link->abilities = command->parameters[5] & PHY_ABILITIES_MASK;
	intel_link__update(&chip->link, chip->nic);
	return ADMIN_OK;
}

static enum admin_result set_mac_configuration(struct i40e *chip, struct admin_command *command)
{
	uint16_t frame_max = le16(command->parameters);

	if (frame_max > I40E_FRAME_MAX)
		return ADMIN_EINVAL;
	if (frame_max)
		chip->link.frame_max = frame_max;
	return ADMIN_OK;
}

static enum admin_result restart_link(struct i40e *chip, struct admin_command *command)
{
	chip->link.enabled = command->parameters[0] & RESTART_LINK_ENABLE;
	intel_link__update(&chip->link, chip->nic);
	return ADMIN_OK;
}

static enum admin_result get_status(struct i40e *chip, struct admin_command *command)
{
	intel_link__ask(&chip->link, chip->nic, command->parameters[0]);
	i40e_link__status(chip, command->parameters);
	return ADMIN_OK;
}

static enum admin_result set_event_mask(struct i40e *chip, struct admin_command *command)
{
	chip->link.event_mask = le16(command->parameters + 8);
	return ADMIN_OK;
}

static enum admin_result set_loopback(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	return le16(command->parameters) ? ADMIN_ENOSYS : ADMIN_OK;
}

static enum admin_result lldp_is_stopped(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_EPERM;
}

const struct admin_handler admin_link_handlers[] = {
	{ 0x0600, ABILITIES_BYTES, get_abilities },
	{ 0x0601, 0, set_configuration },
	{ 0x0603, 0, set_mac_configuration },
	{ 0x0605, 0, restart_link },
	{ 0x0607, 0, get_status },
	{ 0x0613, 0, set_event_mask },
	{ 0x0618, 0, set_loopback },
	{ 0x0622, 0, admin_accept },		/* PHY debug */
	{ 0x0626, 0, admin_refuse },		/* PHY activities */
	{ 0x0628, 0, admin_refuse },		/* PHY and module registers */
	{ 0x0629, 0, admin_refuse },
	{ 0x0a00, 0, lldp_is_stopped },		/* get the MIB */
	{ 0x0a01, 0, lldp_is_stopped },		/* report changes of it */
	{ 0x0a05, 0, admin_accept },		/* stop */
	{ 0x0a06, 0, lldp_is_stopped },		/* start */
	{ 0x0a07, 0, lldp_is_stopped },		/* CEE configuration */
	{ 0x0a08, 0, admin_accept },		/* the driver's own agent sets the MIB */
	{ 0x0a09, 0, admin_accept },		/* stop or start one agent */
	{ 0x0a0a, 0, lldp_is_stopped },		/* restore */
	{ 0 }
};
