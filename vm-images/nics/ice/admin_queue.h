/* SPDX-License-Identifier: MIT */
/* The admin queue: commands from the driver to firmware, and events from firmware to the driver. */
#ifndef ICE_ADMIN_QUEUE_H
#define ICE_ADMIN_QUEUE_H

#include <stdbool.h>

struct ice;

/* Handles a bounded number of commands and the events due. Return: whether there are more. */
bool ice_admin_queue__work(struct ice *chip);

#endif
