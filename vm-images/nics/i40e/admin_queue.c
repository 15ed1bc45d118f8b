// SPDX-License-Identifier: MIT
/* The walk of the two rings. A ring outside guest memory stops with the critical error bit. */
#include "admin_commands.h"
#include "admin_queue.h"
#include "i40e.h"
#include "intel/admin_ring.h"
#include "interrupts.h"
#include "link.h"
#include "registers.h"

#define COMMANDS_A_PASS 16u
#define EVENT_LINK_STATUS 0x0607

static const struct admin_ring_registers send_ring = {
	PF_ATQBAL, PF_ATQBAH, PF_ATQLEN, PF_ATQH, PF_ATQT,
};
static const struct admin_ring_registers receive_ring = {
	PF_ARQBAL, PF_ARQBAH, PF_ARQLEN, PF_ARQH, PF_ARQT,
};

static void ring__fail(struct i40e *chip, const struct admin_ring_registers *registers)
{
	chip->counters.bad_addresses++;
	admin_ring__fail(chip->registers, registers);
	nic__warn(chip->nic, "an admin queue is not in guest memory");
}

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

static enum admin_result command__handle(struct i40e *chip, struct admin_command *command)
{
	const struct admin_handler *handler = handler__find(command->opcode);

	if (!handler) {
		nic__warn(chip->nic, "there is no admin command 0x%04x", command->opcode);
		return ADMIN_ESRCH;
	}
	if (command->bytes < handler->data_min)
		return ADMIN_EINVAL;
	return handler->handle(chip, command);
}

/* One command: its data in, its handler, its data out, then the descriptor. */
static bool command__run(struct i40e *chip, uint64_t address)
{
	static struct admin_command command;	/* one thread, never entered twice */
	enum admin_result result = ADMIN_OK;
	enum admin_fetched fetched;
	bool answered;

	fetched = admin_command__fetch(chip->nic, address, &command, &result);
	if (fetched == ADMIN_NO_RING)
		return false;
	chip->counters.admin_commands++;
	if (fetched == ADMIN_FETCHED)
		result = command__handle(chip, &command);
	/* A frame may wait for room in a queue to which it would not go any more. */
	nic__room(chip->nic);
	answered = admin_command__answer(chip->nic, address, &command, &result);
	if (result)
		chip->counters.admin_refused++;
	if (result == ADMIN_BAD_ADDRESS)
		chip->counters.bad_addresses++;
	if (answered && admin_command__interrupts(&command))
		i40e_interrupts__cause(chip, ICR0_ADMIN_QUEUE);
	return answered;
}

/* A link status event, in a buffer that the driver left; without one it stays due. */
static void events__send(struct i40e *chip)
{
	uint8_t status[16];
	struct admin_ring ring;

	if (!chip->link.event_due || !admin_ring__load(chip->registers, &receive_ring, &ring))
		return;
	i40e_link__status(chip, status);
	if (!admin_event__write(chip->nic, admin_ring__at_head(&ring), EVENT_LINK_STATUS, status,
				NULL, 0)) {
		ring__fail(chip, &receive_ring);
		return;
	}
	admin_ring__advance(chip->registers, &receive_ring, &ring);
	/* The next change is reported when the driver has asked for the state again. */
	chip->link.event_due = false;
	chip->link.events = false;
	chip->counters.admin_events++;
	i40e_interrupts__cause(chip, ICR0_ADMIN_QUEUE);
}

bool i40e_admin_queue__work(struct i40e *chip)
{
	unsigned int commands;
	struct admin_ring ring;

	for (commands = 0; commands < COMMANDS_A_PASS; commands++) {
		if (!admin_ring__load(chip->registers, &send_ring, &ring))
			break;
		if (!command__run(chip, admin_ring__at_head(&ring))) {
			ring__fail(chip, &send_ring);
			break;
		}
		admin_ring__advance(chip->registers, &send_ring, &ring);
	}
	events__send(chip);
	return commands == COMMANDS_A_PASS;
}
