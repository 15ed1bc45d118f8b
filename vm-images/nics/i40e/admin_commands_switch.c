// SPDX-License-Identifier: MIT
/* Commands about the internal switch and its VSIs (datasheet section 7.4, "Internal switch"). */
#include <string.h>

#include "frame/bytes.h"
#include "admin_commands.h"
#include "filter.h"
#include "i40e.h"
#include "vsi.h"

#define ELEMENT_BYTES 16u
#define ELEMENT_VSI 19
#define ELEMENT_CONNECTION_NORMAL 1
#define SEID_MASK 0x3ff

/* Which bytes of the properties a bit of valid_sections stands for. */
static const struct {
	uint16_t section;
	uint8_t from, to;
} sections[] = {
	{ 0x0001, VSI_SWITCH, VSI_SECURITY },
	{ 0x0002, VSI_SECURITY, VSI_VLAN },
	{ 0x0004, VSI_VLAN, VSI_INGRESS_PRIORITIES },
	{ 0x0008, VSI_CASCADED, VSI_MAPPING_FLAGS },
	{ 0x0010, VSI_INGRESS_PRIORITIES, VSI_EGRESS_PRIORITIES },
	{ 0x0020, VSI_EGRESS_PRIORITIES, VSI_CASCADED },
	{ 0x0040, VSI_MAPPING_FLAGS, VSI_QUEUE_OPTIONS },
	{ 0x0080, VSI_QUEUE_OPTIONS, VSI_SCHEDULING },
	{ 0x0100, VSI_OUTER_PRIORITIES, VSI_RESERVED },
	{ 0x0200, VSI_SCHEDULING, VSI_OUTER_PRIORITIES },
};

static void properties__update(struct i40e_vsi *vsi, const uint8_t *data)
{
	uint16_t valid = le16(data + VSI_VALID_SECTIONS);
	unsigned int i;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (valid & sections[i].section)
			memcpy(vsi->properties + sections[i].from, data + sections[i].from,
			       sections[i].to - sections[i].from);
}

static struct i40e_vsi *command__vsi(struct i40e *chip, const struct admin_command *command)
{
	return i40e_vsi__find(chip, le16(command->parameters) & SEID_MASK);
}

static void command__answer_vsi(struct i40e *chip, struct admin_command *command,
				const struct i40e_vsi *vsi)
{
	unsigned int used = i40e_vsi__used(chip);

	put_le16(command->parameters, vsi->seid);
	put_le16(command->parameters + 2, i40e_vsi__number(chip, vsi));
	put_le16(command->parameters + 4, used);
	put_le16(command->parameters + 6, I40E_VSIS - used);
	memcpy(command->data, vsi->properties, I40E_VSI_PROPERTIES);
	command->answer_bytes = I40E_VSI_PROPERTIES;
}

/* A header and the elements: the VSIs. Right after a reset that is the PF's own. */
static enum admin_result get_configuration(struct i40e *chip, struct admin_command *command)
{
	unsigned int room = command->bytes / ELEMENT_BYTES - 1, reported = 0, i;

	for (i = 0; i < I40E_VSIS; i++) {
		const struct i40e_vsi *vsi = &chip->vsis[i];
		uint8_t *at = command->data + (1 + reported) * ELEMENT_BYTES;

		if (!vsi->used || reported == room)
			continue;
		at[0] = ELEMENT_VSI;
		at[1] = 1;
		put_le16(at + 2, vsi->seid);
		put_le16(at + 4, vsi->uplink);
		put_le16(at + 6, VSI_UPLINK_MAC);
		at[11] = ELEMENT_CONNECTION_NORMAL;
		put_le16(at + 14, i);
		reported++;
	}
	put_le16(command->data, reported);
	put_le16(command->data + 2, i40e_vsi__used(chip));
	put_le16(command->parameters, 0);	/* nothing follows */
	command->answer_bytes = (1 + reported) * ELEMENT_BYTES;
	return ADMIN_OK;
}

static enum admin_result add_vsi(struct i40e *chip, struct admin_command *command)
{
	struct i40e_vsi *vsi = i40e_vsi__add(chip, le16(command->parameters));

	if (!vsi)
		return ADMIN_ENOSPC;
	properties__update(vsi, command->data);
	command__answer_vsi(chip, command, vsi);
	return ADMIN_OK;
}

static enum admin_result update_vsi(struct i40e *chip, struct admin_command *command)
{
	struct i40e_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return ADMIN_ENOENT;
	properties__update(vsi, command->data);
	command__answer_vsi(chip, command, vsi);
	return ADMIN_OK;
}

static enum admin_result get_vsi(struct i40e *chip, struct admin_command *command)
{
	struct i40e_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return ADMIN_ENOENT;
	command__answer_vsi(chip, command, vsi);
	return ADMIN_OK;
}

/* The PF's own VSI cannot be deleted. */
static enum admin_result delete_element(struct i40e *chip, struct admin_command *command)
{
	struct i40e_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return admin_veb__delete(chip, le16(command->parameters) & SEID_MASK) ?
			ADMIN_OK : ADMIN_ENOENT;
	if (vsi == chip->vsis)
		return ADMIN_EPERM;
	i40e_filter__remove_vsi(chip, i40e_vsi__number(chip, vsi));
	vsi->used = false;
	return ADMIN_OK;
}

const struct admin_handler admin_switch_handlers[] = {
	{ 0x0200, 2 * ELEMENT_BYTES, get_configuration },
	{ 0x0203, 0, admin_accept },		/* port parameters */
	{ 0x0204, 0, admin_refuse },		/* resource allocation */
	{ 0x0205, 0, admin_accept },		/* switch configuration */
	{ 0x0210, I40E_VSI_PROPERTIES, add_vsi },
	{ 0x0211, I40E_VSI_PROPERTIES, update_vsi },
	{ 0x0212, I40E_VSI_PROPERTIES, get_vsi },
	{ 0x0243, 0, delete_element },
	{ 0x0260, 0, admin_refuse },		/* mirror rules */
	{ 0x0261, 0, admin_refuse },
	{ 0 }
};
