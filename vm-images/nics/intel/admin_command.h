/* SPDX-License-Identifier: MIT */
/*
 * Commands from the driver to firmware and events from firmware, as the XL710 and the E810 have
 * them (XL710 datasheet, section 7.10, "Admin queue").
 */
#ifndef INTEL_ADMIN_COMMAND_H
#define INTEL_ADMIN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

struct nic;

#define ADMIN_DATA_MAX 4096u
#define ADMIN_DESCRIPTOR_BYTES 32u

/* Return values. */
enum admin_result {
	ADMIN_OK = 0,
	ADMIN_EPERM = 1,
	ADMIN_ENOENT = 2,
	ADMIN_ESRCH = 3,		/* no such command */
	ADMIN_ENOMEM = 9,
	ADMIN_EBUSY = 12,
	ADMIN_EEXIST = 13,
	ADMIN_EINVAL = 14,
	ADMIN_ENOSPC = 16,
	ADMIN_ENOSYS = 17,
	ADMIN_BAD_ADDRESS = 20,
};

/* A command, copied from the guest; what it answers is put in its place. */
struct admin_command {
	uint16_t opcode;
	uint8_t parameters[16];		/* indirect: the last 8 are the data's address */
	uint16_t bytes;			/* of the data's buffer, at most ADMIN_DATA_MAX */
	uint16_t answer_bytes;		/* of data to write back, at most bytes */
	uint8_t data[ADMIN_DATA_MAX];	/* zeroes when the driver sends none */
	uint8_t descriptor[ADMIN_DESCRIPTOR_BYTES];	/* as the driver wrote it */
};

/* How it went to fetch or to answer one. */
enum admin_fetched {
	ADMIN_FETCHED,
	ADMIN_REFUSED,			/* its data are too long, or not in guest memory */
	ADMIN_NO_RING,			/* its descriptor is not in guest memory */
};

/* Copies the command at @address; refused, its result is in @result. */
enum admin_fetched admin_command__fetch(struct nic *nic, uint64_t address,
					struct admin_command *command, enum admin_result *result);
/*
 * Writes the command's answer: its data, if any, then the descriptor. The result is what the driver
 * is told, another one when the data are not in guest memory.
 * Return: whether the descriptor is in guest memory.
 */
bool admin_command__answer(struct nic *nic, uint64_t address, struct admin_command *command,
			   enum admin_result *result);
/* Whether the driver asked for an interrupt when the command is done. */
bool admin_command__interrupts(const struct admin_command *command);

/*
 * Writes an event to the descriptor at @address; data, if any, go to the buffer that the driver
 * left in it. Return: whether both are in guest memory, and the buffer has room.
 */
bool admin_event__write(struct nic *nic, uint64_t address, uint16_t opcode,
			const uint8_t parameters[16], const void *data, uint16_t bytes);

#endif
