// SPDX-License-Identifier: MIT
/* What a driver of the XL710 sets up, for the fuzzer: admin queues, queue contexts, LAN queues. */
#include "fuzz/fuzz.h"
#include "model.h"
#include "registers.h"

#define QUEUES 8
/* Where queue contexts are in memory, those of RX queues behind 256 of TX queues. */
#define CONTEXTS (1u << 20)
#define RX_CONTEXTS (64 * 512)

static const struct fuzz_register registers[] = {
	{ PF_ATQBAL, 0, 1, FUZZ_LOW, 0 },
	{ PF_ATQBAH, 0, 1, FUZZ_HIGH, 0 },
	{ PF_ATQLEN, 0, 1, FUZZ_ENTRIES, 0 },
	{ PF_ARQBAL, 0, 1, FUZZ_LOW, 0 },
	{ PF_ARQBAH, 0, 1, FUZZ_HIGH, 0 },
	{ PF_ARQLEN, 0, 1, FUZZ_ENTRIES, 0 },
	{ PF_ARQT, 0, 1, FUZZ_TAIL, 0 },
	{ PFHMC_SDDATALOW, 0, 1, FUZZ_VALUE, (FUZZ_BASE + CONTEXTS) | 512 << SDDATA_PAGES_LOW |
					     SDDATA_VALID | SDDATA_DIRECT },
	{ PFHMC_SDDATAHIGH, 0, 1, FUZZ_VALUE, 0 },
	{ PFHMC_SDCMD, 0, 1, FUZZ_VALUE, SDCMD_WRITE },
	{ GLHMC_LANTXBASE, 0, 1, FUZZ_VALUE, 0 },
	{ GLHMC_LANTXCNT, 0, 1, FUZZ_VALUE, 64 },
	{ GLHMC_LANRXBASE, 0, 1, FUZZ_VALUE, RX_CONTEXTS / 512 },
	{ GLHMC_LANRXCNT, 0, 1, FUZZ_VALUE, 64 },
	{ PFINT_DYN_CTL0, 0, 1, FUZZ_VALUE, DYN_ENABLE | 2 },
	{ PFINT_DYN_CTLN(0), 4, 8, FUZZ_VALUE, DYN_ENABLE | 2 },
	{ QTX_ENA(0), 4, QUEUES, FUZZ_VALUE, QENA_REQUEST },
	{ QRX_ENA(0), 4, QUEUES, FUZZ_VALUE, QENA_REQUEST },
	{ QTX_TAIL(0), 4, QUEUES, FUZZ_TAIL, 0 },
	{ QRX_TAIL(0), 4, QUEUES, FUZZ_TAIL, 0 },
	{ PF_ATQT, 0, 1, FUZZ_TAIL, 0 },
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

/* Queue contexts of the XL710, 8.4.3.4.2 and 8.3.3.2.2, mostly right. */
static void i40e_fuzz__write_contexts(struct fuzz *fuzz)
{
	uint8_t *tx = fuzz__at(fuzz, CONTEXTS), *rx = tx + RX_CONTEXTS;

	for (unsigned int q = 0; q < QUEUES; q++, tx += 128, rx += 32) {
		context__set(tx, 0, 13, fuzz__below(fuzz, 8));
		context__set(tx, 32, 57, fuzz__ring(fuzz) / 128);
		context__set(tx, 91, 1, fuzz__one_in(fuzz, 4));
		context__set(tx, 160, 1, fuzz__one_in(fuzz, 2));
		context__set(tx, 161, 13, 64 + fuzz__below(fuzz, 256));
		context__set(tx, 192, 64, fuzz__address(fuzz));
		context__set(rx, 0, 13, fuzz__below(fuzz, 8));
		context__set(rx, 32, 57, fuzz__ring(fuzz) / 128);
		context__set(rx, 89, 13, 64 + fuzz__below(fuzz, 256));
		context__set(rx, 102, 7, 1 + fuzz__below(fuzz, 32));
		context__set(rx, 109, 5, 0);
		context__set(rx, 114, 4, fuzz__one_in(fuzz, 8) ? fuzz__random(fuzz) : 12);
		context__set(rx, 174, 14, 1 + fuzz__below(fuzz, 9728));
		if (fuzz__one_in(fuzz, 4))
			tx[fuzz__below(fuzz, 128)] ^= fuzz__random(fuzz);
		if (fuzz__one_in(fuzz, 4))
			rx[fuzz__below(fuzz, 32)] ^= fuzz__random(fuzz);
	}
}

/* Of admin commands, 7.10.11, that carry a buffer, or change what frames do. */
static const uint16_t opcodes[] = {
	0x0001, 0x0002, 0x0003, 0x0008, 0x0009, 0x000a, 0x0107, 0x0108, 0x0110, 0x0200, 0x0203,
	0x0205, 0x0210, 0x0211, 0x0212, 0x0230, 0x0243, 0x0250, 0x0251, 0x0254, 0x025c, 0x0260,
	0x0270, 0x0301, 0x0407, 0x0410, 0x0415, 0x0418, 0x0500, 0x0600, 0x0601, 0x0605, 0x0607,
	0x0613, 0x0701, 0x0702, 0x0a00, 0x0a01, 0x0a05, 0x0a06, 0x0b00, 0x0b02, 0x0b03, 0x0b04,
	0x0b05,
};

/* An admin queue descriptor of the XL710, 7.10.5: flags, opcode, length, ..., address at 24. */
static void i40e_fuzz__compose_command(struct fuzz *fuzz, uint64_t descriptor[4])
{
	uint64_t flags = fuzz__one_in(fuzz, 2) ? 0x3000 : 0x2000;
	uint64_t opcode = fuzz__one_in(fuzz, 4) ? fuzz__below(fuzz, 0xb20) :
			  opcodes[fuzz__below(fuzz, sizeof(opcodes) / sizeof(*opcodes))];

	/* Promiscuous VSIs make frames go further than all others. */
	if (fuzz__one_in(fuzz, 4)) {
		descriptor[0] = flags | 0x0254ull << 16;
		descriptor[1] = 0;
		descriptor[2] = 0x001f | 0x001f << 16 | (512 + fuzz__below(fuzz, 16)) << 32;
		descriptor[3] = 0;
		return;
	}
	descriptor[0] = flags | opcode << 16 | fuzz__below(fuzz, 4097) << 32;
	descriptor[1] = fuzz__random(fuzz);
	descriptor[2] = fuzz__below(fuzz, 1024) | fuzz__below(fuzz, 8) << 32;
	descriptor[3] = fuzz__address(fuzz);
	if (fuzz__one_in(fuzz, 2))
		descriptor[3] = descriptor[3] >> 32 | descriptor[3] << 32;
}

const struct fuzz_model i40e_fuzz = {
	.nic = &i40e_model,
	.registers = registers,
	.register_count = sizeof(registers) / sizeof(*registers),
	.descriptors = descriptors,
	.descriptor_count = sizeof(descriptors) / sizeof(*descriptors),
	.write_memory = i40e_fuzz__write_contexts,
	.compose_command = i40e_fuzz__compose_command,
};
