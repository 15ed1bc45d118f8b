// SPDX-License-Identifier: MIT
/*
 * Commands about the device: firmware's version, what the function was given, ownership of the NVM,
 * addresses, registers by way of firmware (datasheet section 7.10, "Admin queue").
 */
#include <string.h>

#include "frame/bytes.h"
#include "access.h"
#include "admin_commands.h"
#include "i40e.h"

/* As NVM 6.01 has it. */
#define FIRMWARE_MAJOR 6
#define FIRMWARE_MINOR 0
#define FIRMWARE_BUILD 48442
#define API_MAJOR 1
#define API_MINOR 7

#define CAPABILITY_BYTES 32u
#define RESOURCE_NVM 1
#define RESOURCE_TIMEOUT_MS 3000
#define ADDRESS_LAN_VALID 0x10
#define ADDRESS_PORT_VALID 0x40

static enum admin_result get_version(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	put_le32(command->parameters, 0);
	put_le32(command->parameters + 4, FIRMWARE_BUILD);
	put_le16(command->parameters + 8, FIRMWARE_MAJOR);
	put_le16(command->parameters + 10, FIRMWARE_MINOR);
	put_le16(command->parameters + 12, API_MAJOR);
	put_le16(command->parameters + 14, API_MINOR);
	return ADMIN_OK;
}

/* There is but one function: the NVM is always free. */
static enum admin_result request_resource(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	if (le16(command->parameters) != RESOURCE_NVM)
		return ADMIN_EINVAL;
	put_le32(command->parameters + 4, RESOURCE_TIMEOUT_MS);
	return ADMIN_OK;
}

static enum admin_result release_resource(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	return le16(command->parameters) == RESOURCE_NVM ? ADMIN_OK : ADMIN_EINVAL;
}

/* Section 7.10: capabilities. What is not in the list the function has not. */
static enum admin_result list_capabilities(struct i40e *chip, struct admin_command *command)
{
	static const struct {
		uint16_t id;
		uint32_t number, logical, physical;
	} capabilities[] = {
		{ 0x0001, 0, 0, 0 },			/* switch mode */
		{ 0x0002, 0, 0, 0 },			/* manageability */
		{ 0x0005, 1, 0, 0 },			/* valid functions: the first */
		{ 0x0017, I40E_VSIS, 0, 0 },		/* VSIs */
		{ 0x0040, 512, 6, 0 },			/* RSS: entries, and their bits */
		{ 0x0041, I40E_QUEUES, 0, 0 },		/* RX queues, from queue 0 */
		{ 0x0042, I40E_QUEUES, 0, 0 },		/* TX queues, from queue 0 */
		{ 0x0043, I40E_VECTORS, 0, 0 },		/* MSI-X vectors */
		{ 0x0045, I40E_FLOWS, 0, 0 },		/* flow director: guaranteed, best effort */
	};
	const unsigned int count = sizeof(capabilities) / sizeof(capabilities[0]);
	unsigned int i;

	(void)chip;
	put_le32(command->parameters + 4, count);
	if (command->bytes < count * CAPABILITY_BYTES)
		return ADMIN_ENOMEM;	/* the driver comes again with a larger buffer */
	for (i = 0; i < count; i++) {
		uint8_t *at = command->data + i * CAPABILITY_BYTES;

		put_le16(at, capabilities[i].id);
		at[2] = 1;
		put_le32(at + 4, capabilities[i].number);
		put_le32(at + 8, capabilities[i].logical);
		put_le32(at + 12, capabilities[i].physical);
	}
	command->answer_bytes = count * CAPABILITY_BYTES;
	return ADMIN_OK;
}

static enum admin_result read_addresses(struct i40e *chip, struct admin_command *command)
{
	put_le16(command->parameters, ADDRESS_LAN_VALID | ADDRESS_PORT_VALID);
	memcpy(command->data, chip->address, 6);
	memcpy(command->data + 12, nic__mac(chip->nic), 6);
	command->answer_bytes = 24;
	return ADMIN_OK;
}

/* The locally administered address: two bytes, then four, each with its first byte highest. */
static enum admin_result write_address(struct i40e *chip, struct admin_command *command)
{
	put_be16(chip->address, le16(command->parameters + 2));
	put_be32(chip->address + 2, le32(command->parameters + 4));
	return ADMIN_OK;
}

static enum admin_result read_rx_register(struct i40e *chip, struct admin_command *command)
{
	put_le32(command->parameters + 12,
		 i40e_access__read(chip, le32(command->parameters + 4)));
	return ADMIN_OK;
}

static enum admin_result write_rx_register(struct i40e *chip, struct admin_command *command)
{
	i40e_access__write(chip, le32(command->parameters + 4), le32(command->parameters + 12));
	return ADMIN_OK;
}

static enum admin_result read_any_register(struct i40e *chip, struct admin_command *command)
{
	put_le32(command->parameters + 8, 0);
	put_le32(command->parameters + 12,
		 i40e_access__read(chip, le32(command->parameters + 4)));
	return ADMIN_OK;
}

static enum admin_result write_any_register(struct i40e *chip, struct admin_command *command)
{
	return write_rx_register(chip, command);
}

/* Section 7.10: of the NVM only the shadow RAM is there, flat; offset and length in bytes. */
static enum admin_result read_nvm(struct i40e *chip, struct admin_command *command)
{
	uint32_t offset = le32(command->parameters + 4), i;
	uint16_t length = le16(command->parameters + 2);

	if (command->parameters[1])
		return ADMIN_EINVAL;
	if (length > command->bytes || length & 1 || offset & 1 ||
	    offset > 2 * I40E_NVM_WORDS || length > 2 * I40E_NVM_WORDS - offset)
		return ADMIN_EINVAL;
	for (i = 0; i < length; i += 2)
		put_le16(command->data + i, chip->nvm[(offset + i) / 2]);
	command->answer_bytes = length;
	return ADMIN_OK;
}

static enum admin_result nvm_is_read_only(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_EPERM;
}

const struct admin_handler admin_device_handlers[] = {
	{ 0x0001, 0, get_version },
	{ 0x0002, 0, admin_accept },		/* driver version */
	{ 0x0003, 0, admin_accept },		/* queue shutdown */
	{ 0x0004, 0, admin_accept },		/* set PF context */
	{ 0x0008, 0, request_resource },
	{ 0x0009, 0, release_resource },
	{ 0x000a, 0, list_capabilities },	/* of the function */
	{ 0x000b, 0, list_capabilities },	/* of the device */
	{ 0x0107, 24, read_addresses },
	{ 0x0108, 0, write_address },
	{ 0x0110, 0, admin_accept },		/* clear PXE mode */
	{ 0x0120, 0, admin_refuse },		/* wake on LAN */
	{ 0x0206, 0, read_rx_register },
	{ 0x0207, 0, write_rx_register },
	{ 0x0270, 0, admin_refuse },		/* personalisation profiles */
	{ 0x0271, 0, admin_refuse },
	{ 0x0500, 0, admin_accept },		/* HMC resource profile */
	{ 0x0501, 0, admin_accept },
	{ 0x0701, 2, read_nvm },
	{ 0x0702, 0, nvm_is_read_only },
	{ 0x0703, 0, nvm_is_read_only },
	{ 0x0902, 0, admin_refuse },		/* alternate RAM */
	{ 0x0904, 0, admin_refuse },
	{ 0xff03, 0, read_any_register },
	{ 0xff04, 0, write_any_register },
	{ 0xff08, 0, admin_refuse },		/* dump of firmware's insides */
	{ 0 }
};
