// SPDX-License-Identifier: MIT
/*
 * Commands about the device: firmware's version, resources that one driver owns at a time, what the
 * function was given, addresses, the NVM.
 */
#include <string.h>

#include "frame/bytes.h"
#include "admin_commands.h"
#include "ice.h"
#include "nvm.h"
#include "reset.h"

/* Drivers ask for more of a firmware with a later API (ice_common.c:ice_fw_supports_*). */
#define FIRMWARE_MAJOR 5
#define FIRMWARE_MINOR 5
#define FIRMWARE_PATCH 17
#define API_MAJOR 1
#define API_MINOR 5

#define RESOURCE_NVM 1
#define RESOURCE_CHANGE_LOCK 3
#define RESOURCE_GLOBAL_LOCK 4
#define RESOURCE_TIMEOUT_MS 3000
#define GLOBAL_LOCK_DONE 2		/* the package is there, nothing is left to do */

#define CAPABILITY_BYTES 32u
#define ADDRESS_LAN_VALID 0x10
#define ADDRESS_PORT_VALID 0x40
#define NVM_FLASH_ONLY 0x80
#define CHECKSUM_CORRECT 0xbaba

static enum admin_result get_version(struct ice *chip, struct admin_command *command)
{
	static const uint8_t versions[] = {
		0, FIRMWARE_MAJOR, FIRMWARE_MINOR, FIRMWARE_PATCH, 0, API_MAJOR, API_MINOR, 0,
	};

	(void)chip;
	memset(command->parameters, 0, 8);
	memcpy(command->parameters + 8, versions, sizeof(versions));
	return ADMIN_OK;
}

static bool resource__is_known(unsigned int resource)
{
	return resource == RESOURCE_NVM || resource == RESOURCE_CHANGE_LOCK ||
	       resource == RESOURCE_GLOBAL_LOCK;
}

/*
 * There is but one function: nobody else owns them. The global lock is for the package, and cannot
 * be had once that is active (ice_common.c:ice_aq_req_res).
 */
static enum admin_result request_resource(struct ice *chip, struct admin_command *command)
{
	unsigned int resource = le16(command->parameters);
	bool done = resource == RESOURCE_GLOBAL_LOCK && chip->package.active;

	if (!resource__is_known(resource))
		return ADMIN_EINVAL;
	chip->locks[resource] = !done;
	put_le32(command->parameters + 4, done ? 0 : RESOURCE_TIMEOUT_MS);
	put_le16(command->parameters + 12, done ? GLOBAL_LOCK_DONE : 0);
	return ADMIN_OK;
}

static enum admin_result release_resource(struct ice *chip, struct admin_command *command)
{
	unsigned int resource = le16(command->parameters);

	if (!resource__is_known(resource))
		return ADMIN_EINVAL;
	chip->locks[resource] = false;
	return ADMIN_OK;
}

/* What is not in the list the function has not: no VFs, DCB, RDMA, clock. */
static enum admin_result list_capabilities(struct ice *chip, struct admin_command *command)
{
	static const struct {
		uint16_t id;
		uint32_t number, logical;
	} capabilities[] = {
		{ 0x0005, 1, 0 },			/* valid functions: the first */
		{ 0x0017, ICE_VSIS, 0 },		/* VSIs */
		{ 0x0040, ICE_RSS_TABLE_PF, 8 },	/* RSS: entries, and their bits */
		{ 0x0041, ICE_QUEUES, 0 },		/* RX queues, from queue 0 */
		{ 0x0042, ICE_QUEUES, 0 },		/* TX queues, from queue 0 */
		{ 0x0043, ICE_VECTORS, 0 },		/* MSI-X vectors, from vector 0 */
		{ 0x0045, 0, 0 },			/* flow director: registers tell its size */
		{ 0x0047, ICE_FRAME_MAX, 0 },		/* the longest frame */
	};
	const unsigned int count = sizeof(capabilities) / sizeof(capabilities[0]);
	unsigned int i;

	(void)chip;
	put_le32(command->parameters + 4, count);
	if (command->bytes < count * CAPABILITY_BYTES)
		return ADMIN_ENOMEM;	/* the driver may come again with a larger buffer */
	for (i = 0; i < count; i++) {
		uint8_t *at = command->data + i * CAPABILITY_BYTES;

		put_le16(at, capabilities[i].id);
		at[2] = 1;
		put_le32(at + 4, capabilities[i].number);
		put_le32(at + 8, capabilities[i].logical);
	}
	command->answer_bytes = count * CAPABILITY_BYTES;
	return ADMIN_OK;
}

/* Of each address there is the port, the type (0: LAN) and the address. */
static enum admin_result read_addresses(struct ice *chip, struct admin_command *command)
{
	put_le16(command->parameters, ADDRESS_LAN_VALID | ADDRESS_PORT_VALID);
	command->parameters[4] = 1;
	memset(command->data, 0, 2);
	memcpy(command->data + 2, chip->address, 6);
	command->answer_bytes = 8;
	return ADMIN_OK;
}

static enum admin_result write_address(struct ice *chip, struct admin_command *command)
{
	memcpy(chip->address, command->parameters + 2, 6);
	return ADMIN_OK;
}

static enum admin_result clear_configuration(struct ice *chip, struct admin_command *command)
{
	(void)command;
	ice_reset__configuration(chip);
	return ADMIN_OK;
}

/* Of modules only the flat NVM is there; the driver finds its size by what can be read. */
static enum admin_result read_nvm(struct ice *chip, struct admin_command *command)
{
	uint32_t offset = le16(command->parameters) | command->parameters[2] << 16;
	bool flash = command->parameters[3] & NVM_FLASH_ONLY;
	uint16_t module = le16(command->parameters + 4), length = le16(command->parameters + 6);

	if (module || length > command->bytes ||
	    !ice_nvm__read(chip, flash, offset, command->data, length))
		return ADMIN_EINVAL;
	command->answer_bytes = length;
	return ADMIN_OK;
}

static enum admin_result nvm_is_read_only(struct ice *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_EPERM;
}

static enum admin_result verify_nvm(struct ice *chip, struct admin_command *command)
{
	(void)chip;
	put_le16(command->parameters + 2, CHECKSUM_CORRECT);
	return ADMIN_OK;
}

static enum admin_result is_not_there(struct ice *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_ENOENT;
}

const struct admin_handler ice_device_handlers[] = {
	{ 0x0001, 0, get_version },
	{ 0x0002, 0, admin_accept },		/* driver version */
	{ 0x0003, 0, admin_accept },		/* queue shutdown */
	{ 0x0008, 0, request_resource },
	{ 0x0009, 0, release_resource },
	{ 0x000a, 0, list_capabilities },	/* of the function */
	{ 0x000b, 0, list_capabilities },	/* of the device */
	{ 0x0107, 8, read_addresses },
	{ 0x0108, 0, write_address },
	{ 0x0110, 0, admin_accept },		/* clear PXE mode */
	{ 0x02a4, 0, clear_configuration },
	{ 0x06e0, 0, is_not_there },		/* nodes of the board: clocks, GNSS */
	{ 0x06ed, 0, is_not_there },		/* a GPIO */
	{ 0x0701, 1, read_nvm },
	{ 0x0702, 0, nvm_is_read_only },
	{ 0x0703, 0, nvm_is_read_only },
	{ 0x0706, 0, verify_nvm },
	{ 0x0707, 0, nvm_is_read_only },
	{ 0x0709, 0, admin_refuse },		/* firmware's reset */
	{ 0x0c90, 0, admin_refuse },		/* parameters that drivers share */
	{ 0xff20, 0, admin_refuse },		/* health reports */
	{ 0xff30, 0, admin_refuse },		/* firmware's log */
	{ 0xff31, 0, admin_refuse },
	{ 0xff32, 0, admin_refuse },
	{ 0 }
};
