// SPDX-License-Identifier: MIT
/* What is particular to the XL710's admin queue: registers, commands, interrupts. */
#include "admin_commands.h"
#include "admin_queue.h"
#include "i40e.h"
#include "intel/admin_queue.h"
#include "interrupts.h"
#include "link.h"
#include "registers.h"

static const struct admin_handler *handler__find(uint16_t opcode)
{
	static const struct admin_handler *const tables[] = {
		admin_device_handlers, admin_switch_handlers, admin_veb_handlers,
		admin_scheduler_handlers, admin_link_handlers, admin_filter_handlers,
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
		return ADMIN_ESRCH;
	}
	if (command->bytes < handler->data_min)
		return ADMIN_EINVAL;
	return handler->handle(nic__state(nic), command);
}

static void link__status(struct nic *nic, struct admin_event *event)
{
	i40e_link__status(nic__state(nic), event->parameters);
}

static void queue__interrupt(struct nic *nic)
{
	i40e_interrupts__cause(nic__state(nic), ICR0_ADMIN_QUEUE);
}

static const struct admin_card card = {
	.send = { PF_ATQBAL, PF_ATQBAH, PF_ATQLEN, PF_ATQH, PF_ATQT },
	.receive = { PF_ARQBAL, PF_ARQBAH, PF_ARQLEN, PF_ARQH, PF_ARQT },
	.handle = command__handle,
	.link_status = link__status,
	.interrupt = queue__interrupt,
};

bool i40e_admin_queue__work(struct i40e *chip)
{
	const struct admin_queue queue = {
		&card, chip->nic, chip->registers, &chip->link, &chip->counters,
	};

	return admin_queue__work(&queue);
}
