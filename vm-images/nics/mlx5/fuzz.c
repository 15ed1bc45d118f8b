// SPDX-License-Identifier: MIT
/*
 * What a driver of the ConnectX-5 does, for the fuzzer: all commands from a teardown up to queues
 * and a way for frames, mostly right, and some that are not; WQEs; doorbells. Numbers of objects
 * are known beforehand, the device gives the lowest: each kind's first is 1.
 */
#include <string.h>

#include "command_queue.h"
#include "fields.h"
#include "fuzz/fuzz.h"
#include "mlx5.h"
#include "model.h"

/* Offsets in memory; rings are in the pages that the fuzzer writes descriptors to. */
#define QUEUE (1u << 20)
#define RECORDS (QUEUE + 4096)
#define SENT (QUEUE + (64u << 10))	/* mailboxes of a command, for each entry of the queue */
#define ANSWERED (QUEUE + (512u << 10))	/* those of all answers */
#define BOX 1024u
#define SENT_BOXES 4u
#define ANSWERED_BOXES 16u
#define COMMAND_BYTES 1088u
#define TOKEN 0x5a
#define SLOTS (1u << MLX5_LOG_COMMANDS)

#define KEY (2u << 8)			/* the first that there is */
#define UAR_PAGE (MLX5_UAR_FIRST + 1)
#define LOG_RING 6u

#define BIG_ENDIAN32(value) __builtin_bswap32(value)
#define UAR(offset) (UAR_PAGE * MLX5_PAGE + (offset))

static const struct fuzz_register registers[] = {
	{ 0x10, 0, 1, FUZZ_VALUE, 0 },
	{ 0x14, 0, 1, FUZZ_VALUE, BIG_ENDIAN32((uint32_t)FUZZ_BASE + QUEUE) },
	{ 0x18, 0, 1, FUZZ_VALUE, UINT32_MAX },
	{ UAR(0x40), 0, 1, FUZZ_VALUE, BIG_ENDIAN32(1u << 24) },
	{ UAR(0x20), 0, 1, FUZZ_VALUE, 0 },
	{ UAR(0x24), 0, 1, FUZZ_VALUE, BIG_ENDIAN32(1) },
	{ UAR(0x800), 0, 1, FUZZ_VALUE, 0 },
	{ UAR(0x804), 0, 1, FUZZ_VALUE, BIG_ENDIAN32(1u << 8) },
};

/* A chain of mailboxes, the first of which is returned. */
static uint64_t boxes__put(struct fuzz *fuzz, uint32_t at, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		uint8_t *box = fuzz__at(fuzz, at + BOX * i);

		put_be64(box + 560, FUZZ_BASE + at + BOX * (i + 1));
		put_be32(box + 568, i);
		box[573] = TOKEN;
	}
	return FUZZ_BASE + at;
}

/* A command into an entry of the queue; now and then one of its bits is another. */
static void command__put(struct fuzz *fuzz, unsigned int slot, uint16_t opcode, uint8_t *in,
			 size_t bytes)
{
	uint8_t *entry = fuzz__at(fuzz, QUEUE + 64 * slot);
	uint32_t boxes = SENT + BOX * SENT_BOXES * slot;

	put_be16(in, opcode);
	if (fuzz__one_in(fuzz, 8))
		in[fuzz__below(fuzz, bytes)] ^= 1u << fuzz__below(fuzz, 8);
	memset(entry, 0, 64);
	entry[0] = 7;
	put_be32(entry + 4, bytes);
	put_be64(entry + 8, boxes__put(fuzz, boxes, SENT_BOXES));
	memcpy(entry + 16, in, 16);
	for (size_t at = 16; at < bytes; at += 512, boxes += BOX)
		memcpy(fuzz__at(fuzz, boxes), in + at, bytes - at < 512 ? bytes - at : 512);
	put_be64(entry + 48, FUZZ_BASE + ANSWERED);
	put_be32(entry + 56, 4112);
	entry[60] = TOKEN;
	entry[63] = 1;
}

/* What all rings' contexts have, at @at; the pages' list at 0x110. */
static void ring__put(struct fuzz *fuzz, uint8_t *in, unsigned int size_bit)
{
	field__set(in, size_bit, 5, fuzz__below(fuzz, LOG_RING + 1));
	for (unsigned int i = 0; i < 4; i++)
		put_be64(in + 0x110 + 8 * i,
			 fuzz__one_in(fuzz, 16) ? fuzz__address(fuzz) : fuzz__ring(fuzz));
}

static void eq__put(struct fuzz *fuzz, uint8_t *in)
{
	ring__put(fuzz, in, 0x80 + 0x63);
	field__set(in, 0x80 + 0x68, 24, UAR_PAGE);
	put_be64(in + 0x58, UINT64_MAX);
}

static void cq__put(struct fuzz *fuzz, uint8_t *in)
{
	ring__put(fuzz, in, 0x80 + 0x63);
	field__set(in, 0x80 + 0x68, 24, UAR_PAGE);
	field__set(in, 0x80 + 0xa0, 32, 1);
	field__set(in, 0x80 + 0x0e, 1, fuzz__one_in(fuzz, 2));
	field__set(in, 0x80 + 0x1c0, 64, FUZZ_BASE + RECORDS);
}

static void data__put(struct fuzz *fuzz, uint8_t *segment)
{
	uint64_t address = FUZZ_BASE + fuzz__below(fuzz, FUZZ_BYTES - 4096);

	put_be32(segment, 1 + fuzz__below(fuzz, 2000));
	put_be32(segment + 4, fuzz__one_in(fuzz, 64) ? fuzz__random(fuzz) : KEY);
	put_be64(segment + 8, fuzz__one_in(fuzz, 32) ? fuzz__address(fuzz) : address);
}

/* A WQE of two blocks: headers of TCP inline, and a buffer to be cut into segments. */
static void segmentation__put(struct fuzz *fuzz, uint8_t *wqe)
{
	uint8_t *headers = wqe + 30;

	wqe[3] = 0x0e;
	wqe[7] = 7;
	put_be16(wqe + 22, 1 + fuzz__below(fuzz, 1500));
	put_be16(wqe + 28, fuzz__one_in(fuzz, 16) ? fuzz__random(fuzz) : 54);
	put_be16(headers + 12, fuzz__one_in(fuzz, 16) ? fuzz__random(fuzz) : 0x0800);
	headers[14] = fuzz__one_in(fuzz, 16) ? fuzz__random(fuzz) : 0x45;
	headers[23] = fuzz__one_in(fuzz, 4) ? 17 : 6;
	headers[46] = fuzz__one_in(fuzz, 16) ? fuzz__random(fuzz) : 0x50;
	data__put(fuzz, wqe + 96);
}

/* As many WQEs as a page has. */
static void wqes__put(struct fuzz *fuzz, uint8_t *page)
{
	memset(page, 0, 4096);
	for (unsigned int i = 0; i < 4096; i += 128) {
		uint8_t *wqe = page + i;

		if (fuzz__one_in(fuzz, 2)) {
			segmentation__put(fuzz, wqe);
		} else {
			wqe[3] = 0x0a;
			wqe[7] = 4;
			data__put(fuzz, wqe + 32);
			data__put(fuzz, wqe + 48);
			wqe[64 + 7] = 1;		/* a NOP */
		}
		wqe[11] = fuzz__below(fuzz, 16);
		wqe[20] = fuzz__below(fuzz, 4) << 6;
	}
}

/* SQs and RQs alike. */
static void queue__put(struct fuzz *fuzz, uint8_t *in, unsigned int log_stride, uint32_t record)
{
	ring__put(fuzz, in, 0x39b);
	field__set(in, 0x103, 1, fuzz__one_in(fuzz, 2));
	field__set(in, 0x148, 24, 1);
	field__set(in, 0x200, 16, 1);
	field__set(in, 0x268, 24, 1);
	field__set(in, 0x280, 4, 1);
	field__set(in, 0x2c8, 24, 1);
	field__set(in, 0x300, 64, FUZZ_BASE + RECORDS + record);
	field__set(in, 0x38c, 4, log_stride);
	put_be32(fuzz__at(fuzz, RECORDS + record), fuzz__below(fuzz, 65));
	put_be32(fuzz__at(fuzz, RECORDS + record + 4), fuzz__below(fuzz, 65));
}

static void tir__put(struct fuzz *fuzz, uint8_t *in)
{
	field__set(in, 0x120, 4, fuzz__below(fuzz, 2));
	field__set(in, 0x1e8, 24, 1);
	field__set(in, 0x200, 1, fuzz__one_in(fuzz, 2));
	field__set(in, 0x208, 24, 1);
	field__set(in, 0x220, 4, 2);
	field__set(in, 0x228, 24, 1);
	field__set(in, 0x380, 32, fuzz__random(fuzz));
}

static void entry__put(struct fuzz *fuzz, uint8_t *in)
{
	field__set(in, 0xa8, 24, 1);
	field__set(in, 0x100, 32, fuzz__below(fuzz, 16));
	field__set(in, 0x220, 32, 1);
	field__set(in, 0x270, 16, 4);
	field__set(in, 0x288, 24, 1);
	field__set(in, 0x1a00, 8, 2);
	field__set(in, 0x1a08, 24, 1);
}

/* Opcodes of commands that name something by a number, or change it. */
static const uint16_t opcodes[] = {
	0x100, 0x101, 0x102, 0x107, 0x109, 0x10a, 0x10b, 0x200, 0x202, 0x301, 0x302, 0x400, 0x401,
	0x402, 0x750, 0x754, 0x755, 0x770, 0x771, 0x772, 0x773, 0x800, 0x801, 0x802, 0x803, 0x805,
	0x816, 0x817, 0x900, 0x901, 0x902, 0x904, 0x905, 0x906, 0x907, 0x908, 0x909, 0x90a, 0x90b,
	0x912, 0x914, 0x916, 0x917, 0x918, 0x92f, 0x930, 0x931, 0x933, 0x934, 0x936, 0x938,
};

static const uint16_t port_registers[] = { 0x5003, 0x5004, 0x5006, 0x5007, 0x5008, 0x7004 };

static void random__put(struct fuzz *fuzz, unsigned int slot, uint8_t *in)
{
	uint16_t opcode = opcodes[fuzz__below(fuzz, sizeof(opcodes) / sizeof(*opcodes))];

	for (unsigned int i = fuzz__below(fuzz, 40); i; i--)
		in[8 + fuzz__below(fuzz, COMMAND_BYTES - 8)] = fuzz__below(fuzz, 8);
	put_be16(in + 6, fuzz__below(fuzz, 16));
	put_be32(in + 8, fuzz__below(fuzz, 4));		/* the number of an object */
	if (opcode == 0x805) {
		put_be16(in + 10, port_registers[fuzz__below(fuzz, 6)]);
		in[17] = 1;
	}
	command__put(fuzz, slot, opcode, in, 16 + fuzz__below(fuzz, COMMAND_BYTES - 16));
}

/* Fills @in for step @step of the way up. Return: the opcode, 0: it is the last. */
static uint16_t step__fill(struct fuzz *fuzz, unsigned int step, uint8_t *in)
{
	static const uint16_t steps[] = {
		0x104, 0x103, 0x102, 0x802, 0x800, 0x816, 0x301, 0x200, 0x912, 0x771, 0x400, 0x904,
		0x908, 0x916, 0x900, 0x930, 0x933, 0x936, 0x92f, 0x905, 0x909, 0,
	};

	switch (steps[step]) {
	case 0x301:
		eq__put(fuzz, in);
		break;
	case 0x200:
		field__set(in, 0x94, 2, 3);
		field__set(in, 0xe0, 1, 1);
		field__set(in, 0xe8, 24, 1);
		break;
	case 0x912:
		field__set(in, 0x228, 24, 1);
		break;
	case 0x400:
		cq__put(fuzz, in);
		break;
	case 0x904:
		queue__put(fuzz, in, 6, 64);
		if (be64(in + 0x110) - FUZZ_BASE < FUZZ_RINGS * 4096)
			wqes__put(fuzz, fuzz__at(fuzz, (be64(in + 0x110) - FUZZ_BASE) & ~4095u));
		break;
	case 0x908:
		queue__put(fuzz, in, 4 + fuzz__below(fuzz, 3), 128);
		break;
	case 0x916:
		field__set(in, 0x1d0, 16, 1);
		put_be32(in + 0x110, 1);
		break;
	case 0x900:
		tir__put(fuzz, in);
		break;
	case 0x930:
		field__set(in, 0xc8, 8, 1);
		field__set(in, 0xd8, 8, 4);
		break;
	case 0x933:
		field__set(in, 0xa8, 24, 1);
		field__set(in, 0x120, 32, 15);
		in[0x3f] = fuzz__one_in(fuzz, 4);
		in[0x48] = fuzz__random(fuzz);
		break;
	case 0x936:
		entry__put(fuzz, in);
		break;
	case 0x92f:
		field__set(in, 0xa8, 24, 1);
		break;
	case 0x905:
	case 0x909:
		field__set(in, 0x48, 24, 1);
		field__set(in, 0x108, 4, 1);
		break;
	}
	return steps[step];
}

static void mlx5_fuzz__write_memory(struct fuzz *fuzz)
{
	unsigned int slot;
	uint16_t opcode;

	boxes__put(fuzz, ANSWERED, ANSWERED_BOXES);
	put_be32(fuzz__at(fuzz, RECORDS), fuzz__below(fuzz, 128));
	for (slot = 0; slot < SLOTS; slot++) {
		uint8_t in[COMMAND_BYTES] = { 0 };

		opcode = step__fill(fuzz, slot, in);
		if (!opcode)
			break;
		command__put(fuzz, slot, opcode, in, COMMAND_BYTES);
	}
	for (; slot < SLOTS; slot++) {
		uint8_t in[COMMAND_BYTES] = { 0 };

		random__put(fuzz, slot, in);
	}
}

/* Half a block: control and Ethernet segments, or two of data, by where it is. */
static void mlx5_fuzz__compose_wqe(struct fuzz *fuzz, uint64_t half[4])
{
	static const uint8_t checksums[] = { 0x00, 0x40, 0x80, 0xc0 };
	uint8_t *at = (uint8_t *)half;

	memset(at, 0, 32);
	if ((uintptr_t)half & 32) {
		data__put(fuzz, at);
		data__put(fuzz, at + 16);
		return;
	}
	at[3] = fuzz__one_in(fuzz, 3) ? 0x0e : 0x0a;
	at[7] = 3 + fuzz__below(fuzz, 4);
	at[11] = fuzz__below(fuzz, 16);
	at[20] = checksums[fuzz__below(fuzz, 4)];
	put_be16(at + 22, 1 + fuzz__below(fuzz, 1500));
	put_be16(at + 28, fuzz__one_in(fuzz, 4) ? fuzz__random(fuzz) : fuzz__below(fuzz, 3));
}

const struct fuzz_model mlx5_fuzz = {
	.nic = &mlx5_model,
	.registers = registers,
	.register_count = sizeof(registers) / sizeof(*registers),
	.write_memory = mlx5_fuzz__write_memory,
	.compose_command = mlx5_fuzz__compose_wqe,
};
