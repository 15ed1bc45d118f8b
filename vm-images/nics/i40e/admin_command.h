/* SPDX-License-Identifier: MIT */
/* Commands from the driver to firmware (datasheet section 7.10, "Admin queue"). */
#ifndef I40E_ADMIN_COMMAND_H
#define I40E_ADMIN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

struct i40e;

#define ADMIN_DATA_MAX 4096u

/* Section 7.10: return values. */
enum admin_result {
	ADMIN_OK = 0,
	ADMIN_EPERM = 1,
	ADMIN_ENOENT = 2,
	ADMIN_ESRCH = 3,		/* no such command */
	ADMIN_EIO = 5,
	ADMIN_ENOMEM = 9,
	ADMIN_EFAULT = 11,
	ADMIN_EINVAL = 14,
	ADMIN_ENOSPC = 16,
	ADMIN_ENOSYS = 17,
	ADMIN_ERANGE = 18,
	ADMIN_BAD_ADDRESS = 20,
};

/* A command, copied from the guest; what it answers is put in its place. */
struct admin_command {
	uint16_t opcode;
	uint8_t parameters[16];		/* indirect: the last 8 are the data's address */
	uint16_t bytes;			/* of the data's buffer, at most ADMIN_DATA_MAX */
	uint16_t answer_bytes;		/* of data to write back, at most bytes */
	uint8_t data[ADMIN_DATA_MAX];	/* zeroes when the driver sends none */
};

struct admin_handler {
	uint16_t opcode;
	uint16_t data_min;		/* a shorter buffer is refused */
	enum admin_result (*handle)(struct i40e *chip, struct admin_command *command);
};

/* For commands of which nothing in the model depends, and for those a device may refuse. */
static inline enum admin_result admin_accept(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_OK;
}

static inline enum admin_result admin_refuse(struct i40e *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_ENOSYS;
}

#endif
