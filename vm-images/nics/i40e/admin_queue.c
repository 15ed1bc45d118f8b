// SPDX-License-Identifier: MIT
/*
 * The walk of the two rings (datasheet section 7.10, "Admin queue").
 *
 *     ATQ: the driver writes descriptors up to the tail; firmware answers in place, moves the head
 *     ARQ: the driver leaves empty buffers up to the tail; firmware fills them and moves the head
 *
 * Lengths, indices and addresses come from registers and memory the guest writes at any time: each
 * is read once and checked before use. A ring outside guest memory stops with the critical error
 * bit.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "frame/bytes.h"
#include "admin_commands.h"
#include "admin_queue.h"
#include "i40e.h"
#include "interrupts.h"
#include "link.h"
#include "registers.h"

#define DESCRIPTOR_BYTES 32u
#define COMMANDS_A_PASS 16u

/* Flags of a descriptor. */
#define FLAG_DONE 0x0001
#define FLAG_COMPLETE 0x0002
#define FLAG_ERROR 0x0004
#define FLAG_DATA_FROM_DRIVER 0x0400
#define FLAG_BUFFER 0x1000
#define FLAG_NO_INTERRUPT 0x2000

#define EVENT_LINK_STATUS 0x0607

/* The registers of one of the rings. */
struct ring_registers {
	uint32_t low, high, length, head, tail;
};

static const struct ring_registers send_ring = {
	PF_ATQBAL, PF_ATQBAH, PF_ATQLEN, PF_ATQH, PF_ATQT,
};
static const struct ring_registers receive_ring = {
	PF_ARQBAL, PF_ARQBAH, PF_ARQLEN, PF_ARQH, PF_ARQT,
};

/* A ring as its registers say now. */
struct ring {
	uint64_t base;
	uint32_t length, head, tail;
};

/* Return: whether the ring is enabled and has a descriptor at its head. */
static bool ring__load(struct i40e *chip, const struct ring_registers *registers, struct ring *ring)
{
	uint32_t length = i40e__register(chip, registers->length);

	if (!(length & AQ_ENABLE) || length & AQ_CRITICAL)
		return false;
	ring->base = (uint64_t)i40e__register(chip, registers->high) << 32 |
		     i40e__register(chip, registers->low);
	ring->length = length & AQ_LENGTH_MASK;
	ring->head = i40e__register(chip, registers->head);
	ring->tail = i40e__register(chip, registers->tail);
	return ring->head < ring->length && ring->tail < ring->length && ring->head != ring->tail;
}

static void ring__advance(struct i40e *chip, const struct ring_registers *registers,
			  const struct ring *ring)
{
	i40e__set_register(chip, registers->head,
			   ring->head + 1 == ring->length ? 0 : ring->head + 1);
}

static void ring__fail(struct i40e *chip, const struct ring_registers *registers)
{
	chip->counters.bad_addresses++;
	i40e__set_register(chip, registers->length,
			   i40e__register(chip, registers->length) | AQ_CRITICAL);
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
	uint8_t descriptor[DESCRIPTOR_BYTES];
	enum admin_result result = ADMIN_OK;
	uint64_t data_address;
	uint16_t flags;

	if (!dma__read(chip->nic, address, descriptor, sizeof(descriptor)))
		return false;
	chip->counters.admin_commands++;
	flags = le16(descriptor);
	memset(&command, 0, sizeof(command));
	command.opcode = le16(descriptor + 2);
	memcpy(command.parameters, descriptor + 16, sizeof(command.parameters));
	data_address = (uint64_t)le32(descriptor + 24) << 32 | le32(descriptor + 28);
	if (flags & FLAG_BUFFER)
		command.bytes = le16(descriptor + 4);

	if (command.bytes > ADMIN_DATA_MAX) {
		result = ADMIN_EINVAL;
	} else if (flags & FLAG_BUFFER && flags & FLAG_DATA_FROM_DRIVER &&
		   !dma__read(chip->nic, data_address, command.data, command.bytes)) {
		chip->counters.bad_addresses++;
		result = ADMIN_BAD_ADDRESS;
	} else {
		result = command__handle(chip, &command);
	}

	if (command.answer_bytes > command.bytes)
		command.answer_bytes = command.bytes;
	if (command.answer_bytes &&
	    !dma__write(chip->nic, data_address, command.data, command.answer_bytes)) {
		chip->counters.bad_addresses++;
		result = ADMIN_BAD_ADDRESS;
	}
	if (result)
		chip->counters.admin_refused++;

	flags = (flags & ~FLAG_ERROR) | FLAG_DONE | FLAG_COMPLETE | (result ? FLAG_ERROR : 0);
	put_le16(descriptor, flags);
	if (command.answer_bytes)
		put_le16(descriptor + 4, command.answer_bytes);
	put_le16(descriptor + 6, result);
	memcpy(descriptor + 16, command.parameters, sizeof(command.parameters));
	if (!dma__write(chip->nic, address, descriptor, sizeof(descriptor)))
		return false;
	if (!(flags & FLAG_NO_INTERRUPT))
		i40e_interrupts__cause(chip, ICR0_ADMIN_QUEUE);
	return true;
}

/* A link status event, in a buffer that the driver left; without one it stays due. */
static void events__send(struct i40e *chip)
{
	uint8_t descriptor[DESCRIPTOR_BYTES];
	struct ring ring;
	uint64_t address;

	if (!chip->link.event_due || !ring__load(chip, &receive_ring, &ring))
		return;
	address = ring.base + (uint64_t)ring.head * DESCRIPTOR_BYTES;
	memset(descriptor, 0, sizeof(descriptor));
	put_le16(descriptor, FLAG_DONE | FLAG_COMPLETE);
	put_le16(descriptor + 2, EVENT_LINK_STATUS);
	i40e_link__status(chip, descriptor + 16);
	if (!dma__write(chip->nic, address, descriptor, sizeof(descriptor))) {
		ring__fail(chip, &receive_ring);
		return;
	}
	ring__advance(chip, &receive_ring, &ring);
	/* The next change is reported when the driver has asked for the state again. */
	chip->link.event_due = false;
	chip->link.events = false;
	chip->counters.admin_events++;
	i40e_interrupts__cause(chip, ICR0_ADMIN_QUEUE);
}

bool i40e_admin_queue__work(struct i40e *chip)
{
	unsigned int commands;
	struct ring ring;

	for (commands = 0; commands < COMMANDS_A_PASS; commands++) {
		if (!ring__load(chip, &send_ring, &ring))
			break;
		if (!command__run(chip, ring.base + (uint64_t)ring.head * DESCRIPTOR_BYTES)) {
			ring__fail(chip, &send_ring);
			break;
		}
		ring__advance(chip, &send_ring, &ring);
	}
	events__send(chip);
	return commands == COMMANDS_A_PASS;
}
