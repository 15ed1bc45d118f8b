// SPDX-License-Identifier: MIT
/*
 * Commands about the TX scheduler and DCB (datasheet section 7.8, "Transmit scheduler").
 * There is one traffic class, without limits: limits are accepted and have no effect, and queries
 * tell what is.
 */
#include <string.h>

#include "frame/bytes.h"
#include "admin_commands.h"
#include "i40e.h"
#include "vsi.h"

#define CLASS_0 0x01

static struct i40e_vsi *command__vsi(struct i40e *chip, const struct admin_command *command)
{
	return i40e_vsi__find(chip, le16(command->parameters));
}

static enum admin_result limit_vsi(struct i40e *chip, struct admin_command *command)
{
	return command__vsi(chip, command) ? ADMIN_OK : ADMIN_ENOENT;
}

/* The handles of the queue sets are at byte 16 of these. */
static enum admin_result configure_classes(struct i40e *chip, struct admin_command *command)
{
	struct i40e_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return ADMIN_ENOENT;
	if (command->data[0] & ~CLASS_0)
		return ADMIN_EINVAL;
	memcpy(command->data + 16, vsi->properties + VSI_QUEUE_SETS, 16);
	command->answer_bytes = 32;
	return ADMIN_OK;
}

static enum admin_result query_vsi_bandwidth(struct i40e *chip, struct admin_command *command)
{
	struct i40e_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return ADMIN_ENOENT;
	command->data[0] = CLASS_0;
	memcpy(command->data + 16, vsi->properties + VSI_QUEUE_SETS, 16);
	command->answer_bytes = 64;
	return ADMIN_OK;
}

static enum admin_result query_vsi_classes(struct i40e *chip, struct admin_command *command)
{
	if (!command__vsi(chip, command))
		return ADMIN_ENOENT;
	command->data[0] = CLASS_0;
	command->data[4] = 1;		/* share credits of class 0 */
	command->answer_bytes = 32;
	return ADMIN_OK;
}

static enum admin_result query_port_classes(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	command->data[4] = CLASS_0;
	command->data[8] = 100;		/* percent */
	command->answer_bytes = 68;
	return ADMIN_OK;
}

static enum admin_result query_switch_classes(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	command->data[0] = CLASS_0;
	command->data[4] = 100;
	command->answer_bytes = 32;
	return ADMIN_OK;
}

const struct admin_handler admin_scheduler_handlers[] = {
	{ 0x0301, 0, admin_accept },		/* ignore priority flow control */
	{ 0x0302, 0, admin_accept },		/* DCB was updated */
	{ 0x0303, 0, admin_accept },		/* set DCB parameters */
	{ 0x0400, 0, limit_vsi },
	{ 0x0406, 32, configure_classes },
	{ 0x0407, 32, configure_classes },
	{ 0x0408, 64, query_vsi_bandwidth },
	{ 0x040a, 32, query_vsi_classes },
	{ 0x0410, 0, admin_accept },		/* limit of a switching component */
	{ 0x0413, 0, admin_accept },		/* its classes: enable, modify, disable */
	{ 0x0414, 0, admin_accept },
	{ 0x0415, 0, admin_accept },
	{ 0x0416, 0, admin_accept },
	{ 0x0417, 0, admin_accept },
	{ 0x0418, 64, query_switch_classes },
	{ 0x0419, 68, query_port_classes },
	{ 0x041a, 32, query_switch_classes },
	{ 0x041b, 0, admin_accept },		/* suspend and resume the port's TX */
	{ 0x041c, 0, admin_accept },
	{ 0x041d, 0, admin_refuse },		/* partitions */
	{ 0 }
};
