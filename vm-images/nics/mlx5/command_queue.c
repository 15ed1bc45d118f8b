// SPDX-License-Identifier: MIT
/*
 * The command interface (cmd.c; struct mlx5_cmd_layout, struct mlx5_cmd_prot_block).
 *
 * An entry of 64 bytes has the first 16 bytes of input and output; the rest is in chains of
 * mailboxes of 512 bytes each. The device clears the entry's ownership bit when it is done, and
 * sends an event if an EQ takes such events: before there is one, the driver polls the bit.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "command.h"
#include "command_queue.h"
#include "eq.h"

#define COMMANDS_A_PASS 8u

#define ENTRY_BYTES (1u << MLX5_LOG_COMMAND_BYTES)
#define ENTRY_TYPE 0
#define ENTRY_IN_BYTES 4
#define ENTRY_IN_MAILBOX 8
#define ENTRY_IN 16
#define ENTRY_OUT 32
#define ENTRY_OUT_MAILBOX 48
#define ENTRY_OUT_BYTES 56
#define ENTRY_TOKEN 60
#define ENTRY_OWNER 63
#define ENTRY_TYPE_PCI 7
#define ENTRY_DATA 16u			/* of input and output, in the entry itself */
#define OWNER_DEVICE 0x1
#define OWNER_STATUS_LOW 1

#define MAILBOX_BYTES 576u
#define MAILBOX_DATA 512u
#define MAILBOX_NEXT 560
#define MAILBOX_NUMBER 568
#define MAILBOX_TOKEN 573

#define OPCODE 0x00, 16
#define MODIFIER 0x30, 16

/* How a command came over: MLX5_CMD_DELIVERY_STAT_* of cmd.c. */
enum delivery {
	DELIVERED = 0x0,
	BAD_TOKEN = 0x2,
	BAD_BLOCK_NUMBER = 0x3,
	BAD_OUT_POINTER = 0x4,
	BAD_IN_POINTER = 0x5,
	BAD_IN_BYTES = 0x7,
	BAD_OUT_BYTES = 0x8,
	BAD_ENTRY = 0x10,
};

/* What of a message goes through mailboxes; the first 16 bytes are in the entry. */
struct chain {
	uint64_t mailbox;
	uint8_t token;
	uint8_t *data;
	size_t bytes;
};

/* Reads or writes the data of a chain, whose length bounds the walk. */
static enum delivery chain__copy(struct mlx5 *chip, const struct chain *chain, bool in)
{
	enum delivery bad_pointer = in ? BAD_IN_POINTER : BAD_OUT_POINTER;
	uint64_t address = chain->mailbox;
	uint8_t mailbox[MAILBOX_BYTES];
	size_t at, part;
	uint32_t number = 0;

	for (at = ENTRY_DATA; at < chain->bytes; at += part, number++) {
		part = chain->bytes - at < MAILBOX_DATA ? chain->bytes - at : MAILBOX_DATA;
		if (address & (MAILBOX_DATA - 1) ||
		    !dma__read(chip->nic, address, mailbox, sizeof(mailbox)))
			return bad_pointer;
		if (mailbox[MAILBOX_TOKEN] != chain->token)
			return BAD_TOKEN;
		if (be32(mailbox + MAILBOX_NUMBER) != number)
			return BAD_BLOCK_NUMBER;
		if (in)
			memcpy(chain->data + at, mailbox, part);
		else if (!dma__write(chip->nic, address, chain->data + at, part))
			return bad_pointer;
		address = be64(mailbox + MAILBOX_NEXT);
	}
	return DELIVERED;
}

static const struct mlx5_handler *handler__find(uint16_t opcode)
{
	static const struct mlx5_handler *const tables[] = {
		mlx5_device_handlers, mlx5_object_handlers, mlx5_ring_handlers,
		mlx5_queue_handlers, mlx5_tir_handlers, mlx5_flow_handlers, mlx5_vport_handlers,
	};
	const struct mlx5_handler *handler;
	unsigned int i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (handler = tables[i]; handler->opcode; handler++)
			if (handler->opcode == opcode)
				return handler;
	return NULL;
}

static enum mlx5_status command__handle(struct mlx5 *chip, struct mlx5_command *command)
{
	const struct mlx5_handler *handler = handler__find(command->opcode);

	if (!handler) {
		nic__warn(chip->nic, "there is no command 0x%03x", command->opcode);
		return MLX5_BAD_OPERATION;
	}
	if (chip->stage < handler->stage)
		return MLX5_BAD_SYSTEM_STATE;
	if (command->in_bytes < handler->in_min)
		return MLX5_BAD_INPUT_LENGTH;
	if (command->out_bytes < handler->out_min)
		return MLX5_BAD_OUTPUT_LENGTH;
	return handler->handle(chip, command);
}

static enum delivery command__load(struct mlx5 *chip, const uint8_t *entry,
				   struct mlx5_command *command)
{
	struct chain chain = {
		.mailbox = be64(entry + ENTRY_IN_MAILBOX),
		.token = entry[ENTRY_TOKEN],
		.data = command->in,
		.bytes = be32(entry + ENTRY_IN_BYTES),
	};

	memset(command, 0, sizeof(*command));
	command->in_bytes = chain.bytes;
	command->out_bytes = be32(entry + ENTRY_OUT_BYTES);
	if (entry[ENTRY_TYPE] != ENTRY_TYPE_PCI)
		return BAD_ENTRY;
	if (chain.bytes < 8 || chain.bytes > MLX5_COMMAND_MAX)
		return BAD_IN_BYTES;
	if (command->out_bytes < 8 || command->out_bytes > MLX5_COMMAND_MAX)
		return BAD_OUT_BYTES;
	memcpy(command->in, entry + ENTRY_IN, ENTRY_DATA);
	if (chain.bytes < ENTRY_DATA)
		memset(command->in + chain.bytes, 0, ENTRY_DATA - chain.bytes);
	command->opcode = field__get(command->in, OPCODE);
	command->modifier = field__get(command->in, MODIFIER);
	return chain__copy(chip, &chain, true);
}

static enum delivery command__run(struct mlx5 *chip, const uint8_t *entry,
				  struct mlx5_command *command)
{
	enum delivery delivery = command__load(chip, entry, command);
	struct chain chain = {
		.mailbox = be64(entry + ENTRY_OUT_MAILBOX),
		.token = entry[ENTRY_TOKEN],
		.data = command->out,
		.bytes = command->out_bytes,
	};
	enum mlx5_status status;

	if (delivery != DELIVERED)
		return delivery;
	status = command__handle(chip, command);
	if (status != MLX5_OK) {
		chip->counters.commands_refused++;
		memset(command->out, 0, command->out_bytes);
	}
	command->out[0] = status;
	return chain__copy(chip, &chain, false);
}

static void entry__run(struct mlx5 *chip, unsigned int slot)
{
	static struct mlx5_command command;	/* one thread, never entered twice */
	uint64_t address = chip->command_queue + slot * ENTRY_BYTES;
	uint8_t entry[ENTRY_BYTES], data[MLX5_EQE_DATA] = { 0 };
	/* The command that makes the first EQ for such events is still polled for. */
	uint32_t eq = mlx5_eq__of_event(chip, MLX5_EVENT_COMMAND), last;

	if (!dma__read(chip->nic, address, entry, sizeof(entry))) {
		chip->counters.bad_addresses++;
		nic__warn(chip->nic, "the command queue is not in guest memory");
		return;
	}
	if (!(entry[ENTRY_OWNER] & OWNER_DEVICE))
		return;
	chip->counters.commands++;
	entry[ENTRY_OWNER] = command__run(chip, entry, &command) << OWNER_STATUS_LOW;
	memcpy(&last, entry + ENTRY_TOKEN, sizeof(last));
	if (!dma__write(chip->nic, address + ENTRY_OUT, command.out, ENTRY_DATA) ||
	    !dma__publish32(chip->nic, address + ENTRY_TOKEN, last)) {
		chip->counters.bad_addresses++;
		return;
	}
	/* The command may have destroyed it. */
	if (eq && eq == mlx5_eq__of_event(chip, MLX5_EVENT_COMMAND)) {
		put_be32(data, 1u << slot);
		mlx5_eq__push(chip, eq, MLX5_EVENT_COMMAND, 0, data);
	}
}

bool mlx5_command_queue__work(struct mlx5 *chip)
{
	unsigned int slot, commands;

	for (commands = 0; chip->commands_due && commands < COMMANDS_A_PASS; commands++) {
		slot = __builtin_ctz(chip->commands_due);
		chip->commands_due &= chip->commands_due - 1;
		entry__run(chip, slot);
	}
	return chip->commands_due;
}
