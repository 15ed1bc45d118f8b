/* SPDX-License-Identifier: MIT */
/*
 * The admin queue (datasheet section 7.10, "Admin queue"): commands from the driver to firmware,
 * and events from firmware to the driver.
 */
#ifndef I40E_ADMIN_QUEUE_H
#define I40E_ADMIN_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "i40e.h"

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

/* The handlers by subject, each ending with opcode 0. */
extern const struct admin_handler admin_device_handlers[];
extern const struct admin_handler admin_switch_handlers[];
extern const struct admin_handler admin_veb_handlers[];
extern const struct admin_handler admin_scheduler_handlers[];
extern const struct admin_handler admin_link_handlers[];
extern const struct admin_handler admin_filter_handlers[];

/* For commands of which nothing in the model depends, and for those a device may refuse. */
enum admin_result admin_accept(struct i40e *chip, struct admin_command *command);
enum admin_result admin_refuse(struct i40e *chip, struct admin_command *command);

/* Forgets the bridge of that SEID. Return: whether there was one. */
bool admin_veb__delete(struct i40e *chip, unsigned int seid);

/* Handles a bounded number of commands and the events due. Return: whether there are more. */
bool i40e_admin_queue__work(struct i40e *chip);

#endif
