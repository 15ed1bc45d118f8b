// SPDX-License-Identifier: MIT
/* The walk of the two rings. A ring outside guest memory stops with the critical error bit. */
#include "admin_queue.h"
#include "core/nic.h"
#include "counters.h"
#include "link.h"

#define COMMANDS_A_PASS 16u
#define EVENT_LINK_STATUS 0x0607

static void ring__fail(const struct admin_queue *queue,
		       const struct admin_ring_registers *registers)
{
	queue->counters->bad_addresses++;
	admin_ring__fail(queue->registers, registers);
	nic__warn(queue->nic, "an admin queue is not in guest memory");
}

/* One command: its data in, its handler, its data out, then the descriptor. */
static bool command__run(const struct admin_queue *queue, uint64_t address)
{
	static struct admin_command command;	/* one thread, never entered twice */
	enum admin_result result = ADMIN_OK;
	enum admin_fetched fetched;
	bool answered;

	fetched = admin_command__fetch(queue->nic, address, &command, &result);
	if (fetched == ADMIN_NO_RING)
		return false;
	queue->counters->admin_commands++;
	if (fetched == ADMIN_FETCHED)
		result = queue->card->handle(queue->nic, &command);
	/* A frame may wait for room in a queue to which it would not go any more. */
	nic__room(queue->nic);
	answered = admin_command__answer(queue->nic, address, &command, &result);
	if (result)
		queue->counters->admin_refused++;
	if (result == ADMIN_BAD_ADDRESS)
		queue->counters->bad_addresses++;
	if (answered && admin_command__interrupts(&command))
		queue->card->interrupt(queue->nic);
	return answered;
}

/* A link status event, in a buffer that the driver left; without one it stays due. */
static void events__send(const struct admin_queue *queue)
{
	const struct admin_ring_registers *registers = &queue->card->receive;
	struct admin_event event = { 0 };
	struct admin_ring ring;

	if (!queue->link->event_due || !admin_ring__load(queue->registers, registers, &ring))
		return;
	queue->card->link_status(queue->nic, &event);
	if (!admin_event__write(queue->nic, admin_ring__at_head(&ring), EVENT_LINK_STATUS,
				event.parameters, event.data, event.bytes)) {
		ring__fail(queue, registers);
		return;
	}
	admin_ring__advance(queue->registers, registers, &ring);
	/* The next change is reported when the driver has asked for the state again. */
	queue->link->event_due = false;
	queue->link->events = false;
	queue->counters->admin_events++;
	queue->card->interrupt(queue->nic);
}

bool admin_queue__work(const struct admin_queue *queue)
{
	const struct admin_ring_registers *registers = &queue->card->send;
	unsigned int commands;
	struct admin_ring ring;

	for (commands = 0; commands < COMMANDS_A_PASS; commands++) {
		if (!admin_ring__load(queue->registers, registers, &ring))
			break;
		if (!command__run(queue, admin_ring__at_head(&ring))) {
			ring__fail(queue, registers);
			break;
		}
		admin_ring__advance(queue->registers, registers, &ring);
	}
	events__send(queue);
	return commands == COMMANDS_A_PASS;
}
