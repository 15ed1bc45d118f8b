// SPDX-License-Identifier: MIT
/* Commands about the link, the PHY and LLDP. Firmware's LLDP agent is stopped and stays so. */
#include <string.h>

#include "frame/bytes.h"
#include "admin_commands.h"
#include "ice.h"
#include "link.h"

#define ABILITIES_BYTES 560u		/* struct ice_aqc_get_phy_caps_data */
#define ABILITIES_AT 16
#define ABILITIES_FEC 34
#define ABILITIES_MODULE 37
#define MODULE_QSFP 0x80
#define REPORT_LOW 1			/* of the parameters' bytes 2 and 3 */
#define REPORT_ACTIVE 2u
#define CONFIGURATION_BYTES 24u		/* struct ice_aqc_set_phy_cfg_data */
#define CONFIGURATION_FEC 22
#define LOOPBACK_ON 0x01

static enum admin_result get_abilities(struct ice *chip, struct admin_command *command)
{
	const struct intel_link *link = &chip->link;
	bool active = bits(le16(command->parameters + 2), REPORT_LOW, 3) == REPORT_ACTIVE;

	memset(command->data, 0, ABILITIES_BYTES);
	put_le64(command->data, active ? link->types : LINK_TYPES);
	command->data[ABILITIES_AT] = active ? link->abilities : PHY_LINK_ENABLE | PHY_NEGOTIATE;
	command->data[ABILITIES_FEC] = link->fec;
	command->data[ABILITIES_MODULE] = MODULE_QSFP;
	command->answer_bytes = ABILITIES_BYTES;
	return ADMIN_OK;
}

/* Without PHY types, or with the link not enabled, there is no link. */
static enum admin_result set_configuration(struct ice *chip, struct admin_command *command)
{
	struct intel_link *link = &chip->link;

	link->types = le64(command->data) & LINK_TYPES;
	link->abilities = command->data[ABILITIES_AT] & PHY_ABILITIES_MASK;
	link->fec = command->data[CONFIGURATION_FEC];
	link->enabled = link->abilities & PHY_LINK_ENABLE;
	intel_link__update(&chip->link, chip->nic);
	return ADMIN_OK;
}

static enum admin_result set_mac_configuration(struct ice *chip, struct admin_command *command)
{
	uint16_t frame_max = le16(command->parameters);

	if (!frame_max || frame_max > ICE_FRAME_MAX)
		return ADMIN_EINVAL;
	chip->link.frame_max = frame_max;
	return ADMIN_OK;
}

static enum admin_result restart_link(struct ice *chip, struct admin_command *command)
{
	chip->link.enabled = command->parameters[2] & RESTART_LINK_ENABLE;
	intel_link__update(&chip->link, chip->nic);
	return ADMIN_OK;
}

static enum admin_result get_status(struct ice *chip, struct admin_command *command)
{
	intel_link__ask(&chip->link, chip->nic, command->parameters[2]);
	put_le16(command->parameters + 2, chip->link.events);
	ice_link__status(chip, command->data);
	command->answer_bytes = LINK_STATUS_BYTES;
	return ADMIN_OK;
}

static enum admin_result set_event_mask(struct ice *chip, struct admin_command *command)
{
	chip->link.event_mask = le16(command->parameters + 8);
	return ADMIN_OK;
}

static enum admin_result set_loopback(struct ice *chip, struct admin_command *command)
{
	chip->link.loopback = command->parameters[0] & LOOPBACK_ON;
	intel_link__update(&chip->link, chip->nic);
	return ADMIN_OK;
}

static enum admin_result lldp_is_stopped(struct ice *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_EPERM;
}

const struct admin_handler ice_link_handlers[] = {
	{ 0x0600, ABILITIES_BYTES, get_abilities },
	{ 0x0601, CONFIGURATION_BYTES, set_configuration },
	{ 0x0603, 0, set_mac_configuration },
	{ 0x0605, 0, restart_link },
	{ 0x0607, LINK_STATUS_BYTES, get_status },
	{ 0x0613, 0, set_event_mask },
	{ 0x0620, 0, set_loopback },
	{ 0x0632, 0, admin_refuse },		/* sensors */
	{ 0x0682, 0, admin_refuse },		/* what the PHY measures */
	{ 0x06e9, 0, admin_accept },		/* the port's LED blinks */
	{ 0x06ea, 0, admin_refuse },		/* ports that are split */
	{ 0x06eb, 0, admin_refuse },
	{ 0x06ee, 0, admin_refuse },		/* the cable's EEPROM */
	{ 0x0a00, 0, lldp_is_stopped },		/* get the MIB */
	{ 0x0a01, 0, lldp_is_stopped },		/* report changes of it */
	{ 0x0a05, 0, admin_accept },		/* stop */
	{ 0x0a06, 0, lldp_is_stopped },		/* start */
	{ 0x0a07, 0, lldp_is_stopped },		/* CEE configuration */
	{ 0x0a08, 0, admin_accept },		/* the driver's own agent sets the MIB */
	{ 0x0a09, 0, admin_accept },		/* stop or start one agent */
	{ 0x0a0a, 0, lldp_is_stopped },		/* LLDP frames to a VSI */
	{ 0 }
};
