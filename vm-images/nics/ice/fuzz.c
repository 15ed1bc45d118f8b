// SPDX-License-Identifier: MIT
/*
 * What a driver of the E810 sets up, for the fuzzer: admin queues, data of commands, RX contexts.
 */
#include "frame/bytes.h"
#include "fuzz/fuzz.h"
#include "model.h"
#include "registers.h"

#define QUEUES 8
/* The element of the default tree that a queue is under. */
#define GROUP 8
/* Where commands are in memory, and their data, a page each: without commands there are no rings. */
#define COMMAND_RING (1u << 20)
#define COMMAND_RING_LENGTH 64u
#define DATA (COMMAND_RING + PAGE)
#define PAGE 4096u

static const struct fuzz_register registers[] = {
	{ PF_FW_ATQBAL, 0, 1, FUZZ_VALUE, FUZZ_BASE + COMMAND_RING },
	{ PF_FW_ATQBAH, 0, 1, FUZZ_HIGH, 0 },
	{ PF_FW_ATQLEN, 0, 1, FUZZ_VALUE, COMMAND_RING_LENGTH | 1u << 31 },
	{ PF_FW_ARQBAL, 0, 1, FUZZ_LOW, 0 },
	{ PF_FW_ARQBAH, 0, 1, FUZZ_HIGH, 0 },
	{ PF_FW_ARQLEN, 0, 1, FUZZ_ENTRIES, 0 },
	{ PF_FW_ARQT, 0, 1, FUZZ_TAIL, 0 },
	{ PFINT_FW_CTL, 0, 1, FUZZ_VALUE, CAUSE_ENABLE },
	{ PFINT_OICR_CTL, 0, 1, FUZZ_VALUE, CAUSE_ENABLE },
	{ PFINT_OICR_ENA, 0, 1, FUZZ_VALUE, OICR_RESET },
	{ QINT_RQCTL(0), 4, QUEUES, FUZZ_VALUE, CAUSE_ENABLE | 1 },
	{ QINT_TQCTL(0), 4, QUEUES, FUZZ_VALUE, CAUSE_ENABLE | 1 },
	{ GLINT_DYN_CTL(0), 4, 8, FUZZ_VALUE, DYN_ENABLE | 2 },
	{ QRX_CONTEXT(0, 0), 4, QUEUES, FUZZ_VALUE, 0 },
	/* The base in units of 128 bytes, the ring's length from bit 89 on. */
	{ QRX_CONTEXT(1, 0), 4, QUEUES, FUZZ_VALUE, FUZZ_BASE / 128 + 32 },
	{ QRX_CONTEXT(2, 0), 4, QUEUES, FUZZ_VALUE, 64u << 25 },
	/* A buffer of 512 bytes, 32-byte descriptors; then the longest frame. */
	{ QRX_CONTEXT(3, 0), 4, QUEUES, FUZZ_VALUE, 4u << 6 | 3u << 20 },
	{ QRX_CONTEXT(5, 0), 4, QUEUES, FUZZ_VALUE, 9728u << 14 },
	{ QRXFLXP_CNTXT(0), 4, QUEUES, FUZZ_VALUE, 2 },
	{ QRX_CTRL(0), 4, QUEUES, FUZZ_VALUE, QRX_CTRL_REQUEST },
	{ QTX_COMM_DBELL(0), 4, QUEUES, FUZZ_TAIL, 0 },
	{ QRX_TAIL(0), 4, QUEUES, FUZZ_TAIL, 0 },
	{ PF_FW_ATQT, 0, 1, FUZZ_TAIL, 0 },
};

static const uint64_t descriptors[] = {
	0x0000010000000030,	/* data, EOP, RS, 64 bytes at bit 34 */
	0x0000000000000031,
	0x0000010000000001,	/* context */
	0x0000010000000008,	/* flow director */
};

/* @width bits from bit @low of a context. */
static void context__set(uint8_t *context, unsigned int low, unsigned int width, uint64_t value)
{
	for (unsigned int i = 0; i < width; i++, low++) {
		context[low / 8] &= ~(1u << low % 8);
		context[low / 8] |= (value >> i & 1) << low % 8;
	}
}

/* Properties with queue 0 on, 8 of them. */
static void data__of_vsi(struct fuzz *fuzz, uint8_t *data)
{
	put_le16(data, fuzz__random(fuzz));
	put_le16(data + 62, 3u << 11);
	data[78] = fuzz__random(fuzz);
}

/* A rule that takes all there is, or anything. */
static void data__of_rule(struct fuzz *fuzz, uint8_t *data)
{
	put_le16(data, fuzz__below(fuzz, 2));
	put_le16(data + 4, fuzz__one_in(fuzz, 2) ? 5 : fuzz__below(fuzz, 12));
	put_le32(data + 8, 1u << 17 | fuzz__below(fuzz, 4) << 4 |
			   (uint32_t)fuzz__one_in(fuzz, 4) << 18);
	put_le16(data + 12, fuzz__below(fuzz, 16));
	put_le16(data + 14, 16);
	data[16] = fuzz__below(fuzz, 4);
}

static void data__of_list(struct fuzz *fuzz, uint8_t *data)
{
	put_le16(data, 3 + fuzz__below(fuzz, 4));
	put_le16(data + 4, fuzz__below(fuzz, 66));
	put_le16(data + 6, fuzz__below(fuzz, 4));
	put_le16(data + 8, fuzz__below(fuzz, 34));
}

static void data__of_resources(struct fuzz *fuzz, uint8_t *data)
{
	static const uint16_t types[] = { 0x03, 0x21, 0x23, 0x58, 0x60, 0x1061, 0x7f };

	put_le16(data, types[fuzz__below(fuzz, sizeof(types) / sizeof(*types))]);
	put_le16(data + 2, fuzz__below(fuzz, 4));
}

static void data__of_elements(struct fuzz *fuzz, uint8_t *data)
{
	put_le32(data, fuzz__below(fuzz, 12));
	put_le32(data + 4, 1 + fuzz__below(fuzz, 3));
	put_le32(data + 8, 1 + fuzz__below(fuzz, 3));
	put_le32(data + 12, fuzz__below(fuzz, 12));
}

static void data__of_tx_queue(struct fuzz *fuzz, uint8_t *data)
{
	put_le32(data, GROUP);
	data[4] = 1;
	put_le16(data + 8, fuzz__below(fuzz, QUEUES));
	context__set(data + 16, 0, 57, fuzz__ring(fuzz) / 128);
	context__set(data + 16, 80, 10, fuzz__below(fuzz, 2));
	context__set(data + 16, 135, 13, 64 + fuzz__below(fuzz, 256));
}

static void data__of_disabled_queue(struct fuzz *fuzz, uint8_t *data)
{
	put_le32(data, GROUP);
	data[4] = 1;
	put_le16(data + 6, fuzz__below(fuzz, QUEUES));
}

static void data__of_package(struct fuzz *fuzz, uint8_t *data)
{
	put_le16(data, 1 + fuzz__below(fuzz, 2));
	put_le16(data + 2, 64);
	put_le32(data + 4, 1);
	put_le16(data + 8, 28);
	put_le16(data + 10, 36);
	put_le32(data + 12, fuzz__random(fuzz));
	put_le16(data + 16, fuzz__below(fuzz, 4096));
	put_le16(data + 18, fuzz__below(fuzz, 4096));
}

static void data__of_phy(struct fuzz *fuzz, uint8_t *data)
{
	put_le64(data, (uint64_t)!fuzz__one_in(fuzz, 4) << 51);
	data[16] = 0x08;
}

/* Commands, their data and first parameters, and how many bytes they mostly have. */
static const struct {
	uint16_t opcode;
	void (*fill)(struct fuzz *fuzz, uint8_t *data);
	uint32_t parameter, below;
	uint16_t bytes;
} commands[] = {
	{ 0x0210, data__of_vsi, 0, 1, 128 },
	{ 0x0211, data__of_vsi, 0, 4, 128 },
	{ 0x02a0, data__of_rule, 1, 1, 32 },
	{ 0x02a1, data__of_rule, 1, 1, 32 },
	{ 0x02a2, data__of_rule, 1, 1, 32 },
	{ 0x02a0, data__of_list, 1, 1, 16 },
	{ 0x0208, data__of_resources, 1, 1, 12 },
	{ 0x0209, data__of_resources, 1, 1, 12 },
	{ 0x0401, data__of_elements, 1, 1, 32 },
	{ 0x0403, data__of_elements, 1, 2, 48 },
	{ 0x0404, data__of_elements, 1, 2, 48 },
	{ 0x0408, data__of_elements, 1, 1, 16 },
	{ 0x0409, data__of_elements, 1, 2, 16 },
	{ 0x040f, data__of_elements, 1, 1, 12 },
	{ 0x0c30, data__of_tx_queue, 1, 1, 56 },
	{ 0x0c31, data__of_disabled_queue, 1 << 8, 1, 8 },
	{ 0x0c40, data__of_package, 0, 2, 4096 },
	{ 0x0c42, data__of_package, 0, 2, 4096 },
	{ 0x0601, data__of_phy, 0, 1, 24 },
	{ 0x0603, data__of_phy, 9728, 1, 8 },
	{ 0x0605, data__of_phy, 6 << 16, 1, 8 },
	{ 0x0b02, data__of_vsi, 0, 2, 52 },
	{ 0x0b03, data__of_vsi, 0x90000, 2, 2048 },
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

/* Those that answer with data, or have none. */
static const uint16_t opcodes[] = {
	0x0001, 0x0008, 0x0009, 0x000a, 0x0107, 0x0108, 0x0200, 0x0212, 0x0213, 0x0400, 0x040e,
	0x0410, 0x0412, 0x0600, 0x0607, 0x0613, 0x0620, 0x0701, 0x0b04, 0x0b05, 0x0c43,
};

/* An admin queue descriptor: flags, opcode, length, ..., parameters at 16, the address at 24. */
static void ice_fuzz__compose_command(struct fuzz *fuzz, uint64_t descriptor[4])
{
	unsigned int kind = fuzz__below(fuzz, COMMANDS);
	uint64_t opcode;

	if (!fuzz__one_in(fuzz, 4)) {
		uint64_t parameter = commands[kind].parameter +
				     fuzz__below(fuzz, commands[kind].below);
		uint64_t bytes = fuzz__one_in(fuzz, 8) ? fuzz__below(fuzz, 4100) :
							 commands[kind].bytes;

		descriptor[0] = 0x1400 | (uint64_t)commands[kind].opcode << 16 | bytes << 32;
		descriptor[1] = 0;
		descriptor[2] = parameter;
		descriptor[3] = (FUZZ_BASE + DATA + kind * PAGE) << 32;
		return;
	}
	opcode = fuzz__one_in(fuzz, 4) ? fuzz__below(fuzz, 0x0d00) :
		 opcodes[fuzz__below(fuzz, sizeof(opcodes) / sizeof(*opcodes))];
	descriptor[0] = (fuzz__one_in(fuzz, 2) ? 0x1400 : 0x2000) | opcode << 16 |
			fuzz__below(fuzz, 4097) << 32;
	descriptor[1] = fuzz__random(fuzz);
	descriptor[2] = fuzz__below(fuzz, 8) | fuzz__below(fuzz, 16) << 16;
	descriptor[3] = fuzz__address(fuzz);
	if (fuzz__one_in(fuzz, 2))
		descriptor[3] = descriptor[3] >> 32 | descriptor[3] << 32;
}

static void ice_fuzz__write_commands(struct fuzz *fuzz)
{
	uint64_t *ring = (uint64_t *)fuzz__at(fuzz, COMMAND_RING);

	for (unsigned int i = 0; i < COMMAND_RING_LENGTH; i++, ring += 4)
		ice_fuzz__compose_command(fuzz, ring);
	for (unsigned int i = 0; i < COMMANDS; i++) {
		uint8_t *data = fuzz__at(fuzz, DATA + i * PAGE);

		commands[i].fill(fuzz, data);
		if (fuzz__one_in(fuzz, 4))
			data[fuzz__below(fuzz, 64)] ^= fuzz__random(fuzz);
	}
}

const struct fuzz_model ice_fuzz = {
	.nic = &ice_model,
	.registers = registers,
	.register_count = sizeof(registers) / sizeof(*registers),
	.descriptors = descriptors,
	.descriptor_count = sizeof(descriptors) / sizeof(*descriptors),
	.write_memory = ice_fuzz__write_commands,
	.compose_command = ice_fuzz__compose_command,
};
