// SPDX-License-Identifier: MIT
/* What is particular to the E810's admin queue: registers, commands, interrupts. */
#include "admin_commands.h"
#include "admin_queue.h"
#include "ice.h"
#include "intel/admin_queue.h"
#include "interrupts.h"
#include "link.h"
#include "registers.h"

static const struct admin_handler *handler__find(uint16_t opcode)
{
	static const struct admin_handler *const tables[] = {
		ice_device_handlers, ice_switch_handlers, ice_rule_handlers, ice_resource_handlers,
		ice_scheduler_handlers, ice_queue_handlers, ice_link_handlers, ice_rss_handlers,
		ice_package_handlers,
	};
	const struct admin_handler *handler;
	unsigned int i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (handler = tables[i]; handler->opcode; handler++)
			if (handler->opcode == opcode)
				return handler;
	return NULL;
}

static enum admin_result command__handle(struct nic *nic, struct admin_command *command)
{
	const struct admin_handler *handler = handler__find(command->opcode);

	if (!handler) {
		nic__warn(nic, "there is no admin command 0x%04x", command->opcode);
		return ADMIN_ENOSYS;
	}
	if (command->bytes < handler->data_min)
		return ADMIN_EINVAL;
	return handler->handle(nic__state(nic), command);
}

static void link__status(struct nic *nic, struct admin_event *event)
{
	ice_link__status(nic__state(nic), event->data);
	event->bytes = LINK_STATUS_BYTES;
}

static void queue__interrupt(struct nic *nic)
{
	ice_interrupts__admin_queue(nic__state(nic));
}

static const struct admin_card card = {
	.send = { PF_FW_ATQBAL, PF_FW_ATQBAH, PF_FW_ATQLEN, PF_FW_ATQH, PF_FW_ATQT },
	.receive = { PF_FW_ARQBAL, PF_FW_ARQBAH, PF_FW_ARQLEN, PF_FW_ARQH, PF_FW_ARQT },
	.handle = command__handle,
	.link_status = link__status,
	.interrupt = queue__interrupt,
};

bool ice_admin_queue__work(struct ice *chip)
{
	const struct admin_queue queue = {
		&card, chip->nic, chip->registers, &chip->link, &chip->counters,
	};

	return admin_queue__work(&queue);
}
