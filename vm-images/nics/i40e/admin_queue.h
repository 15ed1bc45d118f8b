/* SPDX-License-Identifier: MIT */
/*
 * The admin queue (datasheet section 7.10, "Admin queue"): commands from the driver to firmware,
 * and events from firmware to the driver.
 */
#ifndef I40E_ADMIN_QUEUE_H
#define I40E_ADMIN_QUEUE_H

#include <stdbool.h>

struct i40e;

/* Handles a bounded number of commands and the events due. Return: whether there are more. */
bool i40e_admin_queue__work(struct i40e *chip);

#endif
