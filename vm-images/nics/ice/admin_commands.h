/* SPDX-License-Identifier: MIT */
/* The commands by subject, as ice_adminq_cmd.h has them. */
#ifndef ICE_ADMIN_COMMANDS_H
#define ICE_ADMIN_COMMANDS_H

#include "admin_handler.h"

/* Each ends with opcode 0. */
extern const struct admin_handler ice_device_handlers[];
extern const struct admin_handler ice_switch_handlers[];
extern const struct admin_handler ice_rule_handlers[];
extern const struct admin_handler ice_resource_handlers[];
extern const struct admin_handler ice_scheduler_handlers[];
extern const struct admin_handler ice_queue_handlers[];
extern const struct admin_handler ice_link_handlers[];
extern const struct admin_handler ice_rss_handlers[];
extern const struct admin_handler ice_package_handlers[];

#endif
