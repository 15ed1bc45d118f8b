/* SPDX-License-Identifier: MIT */
/* What is done for a command of the driver. */
#ifndef ICE_ADMIN_HANDLER_H
#define ICE_ADMIN_HANDLER_H

#include "intel/admin_command.h"

struct ice;

struct admin_handler {
	uint16_t opcode;
	uint16_t data_min;		/* a shorter buffer is refused */
	enum admin_result (*handle)(struct ice *chip, struct admin_command *command);
};

/* For commands of which nothing in the model depends, and for those a device may refuse. */
static inline enum admin_result admin_accept(struct ice *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_OK;
}

static inline enum admin_result admin_refuse(struct ice *chip, struct admin_command *command)
{
	(void)chip;
	(void)command;
	return ADMIN_ENOSYS;
}

#endif
