/* SPDX-License-Identifier: MIT */
/* The commands by subject. */
#ifndef I40E_ADMIN_COMMANDS_H
#define I40E_ADMIN_COMMANDS_H

#include <stdbool.h>

#include "admin_handler.h"

struct i40e;

/* Each ends with opcode 0. */
extern const struct admin_handler admin_device_handlers[];
extern const struct admin_handler admin_switch_handlers[];
extern const struct admin_handler admin_veb_handlers[];
extern const struct admin_handler admin_scheduler_handlers[];
extern const struct admin_handler admin_link_handlers[];
extern const struct admin_handler admin_filter_handlers[];

/* Forgets the bridge of that SEID. Return: whether there was one. */
bool admin_veb__delete(struct i40e *chip, unsigned int seid);

#endif
