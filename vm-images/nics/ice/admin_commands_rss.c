// SPDX-License-Identifier: MIT
/* Commands about RSS: the key of a VSI, and the tables (ice_common.c:__ice_aq_get_set_rss_lut). */
#include <string.h>

#include "frame/bytes.h"
#include "admin_commands.h"
#include "ice.h"
#include "vsi.h"

#define VSI_NUMBER_MASK 0x3ff
#define TABLE_OF_VSI 0u
#define TABLE_OF_PF 1u
#define TABLE_OF_ALL 2u
#define TABLE_INDEX_LOW 4

static struct ice_vsi *command__vsi(struct ice *chip, const struct admin_command *command)
{
	return ice_vsi__find(chip, le16(command->parameters) & VSI_NUMBER_MASK);
}

static enum admin_result set_key(struct ice *chip, struct admin_command *command)
{
	struct ice_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return ADMIN_ENOENT;
	memcpy(vsi->rss_key, command->data, ICE_RSS_KEY_BYTES);
	return ADMIN_OK;
}

static enum admin_result get_key(struct ice *chip, struct admin_command *command)
{
	struct ice_vsi *vsi = command__vsi(chip, command);

	if (!vsi)
		return ADMIN_ENOENT;
	memcpy(command->data, vsi->rss_key, ICE_RSS_KEY_BYTES);
	command->answer_bytes = ICE_RSS_KEY_BYTES;
	return ADMIN_OK;
}

/* Return: the table that the command names, and its @bytes; NULL: there is none. */
static uint8_t *command__table(struct ice *chip, const struct admin_command *command, size_t *bytes)
{
	uint16_t flags = le16(command->parameters + 2);
	struct ice_vsi *vsi = command__vsi(chip, command);

	switch (bits(flags, 0, 2)) {
	case TABLE_OF_VSI:
		*bytes = ICE_RSS_TABLE_VSI;
		return vsi ? vsi->rss_table : NULL;
	case TABLE_OF_PF:
		*bytes = ICE_RSS_TABLE_PF;
		return chip->rss_pf_table;
	case TABLE_OF_ALL:
		*bytes = ICE_RSS_TABLE_GLOBAL;
		return chip->rss_global_tables[bits(flags, TABLE_INDEX_LOW, 4)];
	default:
		return NULL;
	}
}

/* A table that is shorter than the device's is repeated. */
static enum admin_result set_table(struct ice *chip, struct admin_command *command)
{
	size_t bytes, at;
	uint8_t *table = command__table(chip, command, &bytes);

	if (!table)
		return ADMIN_ENOENT;
	if (command->bytes > bytes || bytes % command->bytes)
		return ADMIN_EINVAL;
	for (at = 0; at < bytes; at += command->bytes)
		memcpy(table + at, command->data, command->bytes);
	return ADMIN_OK;
}

static enum admin_result get_table(struct ice *chip, struct admin_command *command)
{
	size_t bytes;
	const uint8_t *table = command__table(chip, command, &bytes);

	if (!table)
		return ADMIN_ENOENT;
	if (command->bytes > bytes)
		return ADMIN_EINVAL;
	memcpy(command->data, table, command->bytes);
	command->answer_bytes = command->bytes;
	return ADMIN_OK;
}

const struct admin_handler ice_rss_handlers[] = {
	{ 0x0b02, ICE_RSS_KEY_BYTES, set_key },
	{ 0x0b03, 1, set_table },
	{ 0x0b04, ICE_RSS_KEY_BYTES, get_key },
	{ 0x0b05, 1, get_table },
	{ 0 }
};
