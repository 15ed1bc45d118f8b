/* SPDX-License-Identifier: MIT */
/* What is done for a command of the driver. */
#ifndef I40E_ADMIN_HANDLER_H
#define I40E_ADMIN_HANDLER_H

#include "intel/admin_command.h"

struct i40e;

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
