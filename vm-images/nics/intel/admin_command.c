// SPDX-License-Identifier: MIT
/* Descriptors of admin queues, and the data they lead to. */
#include <string.h>

#include "admin_command.h"
#include "core/memory/dma.h"
#include "frame/bytes.h"

#define OPCODE_AT 2
#define BYTES_AT 4
#define RESULT_AT 6
#define PARAMETERS_AT 16
#define ADDRESS_HIGH_AT 24
#define ADDRESS_LOW_AT 28

/* Flags of a descriptor. */
#define FLAG_DONE 0x0001
#define FLAG_COMPLETE 0x0002
#define FLAG_ERROR 0x0004
#define FLAG_DATA_FROM_DRIVER 0x0400
#define FLAG_BUFFER 0x1000
#define FLAG_NO_INTERRUPT 0x2000

static uint64_t descriptor__address(const uint8_t *descriptor)
{
	return (uint64_t)le32(descriptor + ADDRESS_HIGH_AT) << 32 |
	       le32(descriptor + ADDRESS_LOW_AT);
}

enum admin_fetched admin_command__fetch(struct nic *nic, uint64_t address,
					struct admin_command *command, enum admin_result *result)
{
	uint8_t *descriptor = command->descriptor;

	memset(command, 0, sizeof(*command));
	if (!dma__read(nic, address, descriptor, ADMIN_DESCRIPTOR_BYTES))
		return ADMIN_NO_RING;
	command->opcode = le16(descriptor + OPCODE_AT);
	memcpy(command->parameters, descriptor + PARAMETERS_AT, sizeof(command->parameters));
	if (!(le16(descriptor) & FLAG_BUFFER))
		return ADMIN_FETCHED;

	command->bytes = le16(descriptor + BYTES_AT);
	if (command->bytes > ADMIN_DATA_MAX) {
		*result = ADMIN_EINVAL;
		return ADMIN_REFUSED;
	}
	if (le16(descriptor) & FLAG_DATA_FROM_DRIVER &&
	    !dma__read(nic, descriptor__address(descriptor), command->data, command->bytes)) {
		*result = ADMIN_BAD_ADDRESS;
		return ADMIN_REFUSED;
	}
	return ADMIN_FETCHED;
}

bool admin_command__answer(struct nic *nic, uint64_t address, struct admin_command *command,
			   enum admin_result *result)
{
	uint8_t descriptor[ADMIN_DESCRIPTOR_BYTES];
	uint16_t flags = (le16(command->descriptor) & ~FLAG_ERROR) | FLAG_DONE | FLAG_COMPLETE;

	memcpy(descriptor, command->descriptor, sizeof(descriptor));
	if (command->answer_bytes > command->bytes)
		command->answer_bytes = command->bytes;
	if (command->answer_bytes &&
	    !dma__write(nic, descriptor__address(descriptor), command->data, command->answer_bytes))
		*result = ADMIN_BAD_ADDRESS;
	put_le16(descriptor, flags | (*result ? FLAG_ERROR : 0));
	if (command->answer_bytes)
		put_le16(descriptor + BYTES_AT, command->answer_bytes);
	put_le16(descriptor + RESULT_AT, *result);
	memcpy(descriptor + PARAMETERS_AT, command->parameters, sizeof(command->parameters));
	return dma__write(nic, address, descriptor, sizeof(descriptor));
}

bool admin_command__interrupts(const struct admin_command *command)
{
	return !(le16(command->descriptor) & FLAG_NO_INTERRUPT);
}

bool admin_event__write(struct nic *nic, uint64_t address, uint16_t opcode,
			const uint8_t parameters[16], const void *data, uint16_t bytes)
{
	uint8_t descriptor[ADMIN_DESCRIPTOR_BYTES];

	if (!dma__read(nic, address, descriptor, sizeof(descriptor)))
		return false;
	if (bytes && (bytes > le16(descriptor + BYTES_AT) ||
		      !dma__write(nic, descriptor__address(descriptor), data, bytes)))
		return false;
	memset(descriptor, 0, sizeof(descriptor));
	put_le16(descriptor, FLAG_DONE | FLAG_COMPLETE | (bytes ? FLAG_BUFFER : 0));
	put_le16(descriptor + OPCODE_AT, opcode);
	put_le16(descriptor + BYTES_AT, bytes);
	memcpy(descriptor + PARAMETERS_AT, parameters, 16);
	return dma__write(nic, address, descriptor, sizeof(descriptor));
}
