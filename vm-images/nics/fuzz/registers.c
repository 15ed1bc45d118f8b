// SPDX-License-Identifier: MIT
/*
 * Registers are found by what they do: keep something, or read as something. To get beyond them, to
 * the rings, there is a list for each card of those a driver sets up.
 */
#include <string.h>

#include "core/nic.h"
#include "core/protocol/regions.h"
#include "fuzz.h"

enum kind {
	FUZZ_LOW,			/* of a ring's address */
	FUZZ_HIGH,
	FUZZ_BYTES_OF_RING,		/* in bytes */
	FUZZ_ENTRIES,			/* ring length, and a bit that enables it at 31 */
	FUZZ_TAIL,
	FUZZ_VALUE,
};

struct fuzz_register {
	uint32_t offset, stride, count;
	enum kind kind;
	uint32_t value;
};

/* 82599 datasheet, 8.2.3: receive, transmit, interrupts. */
static const struct fuzz_register ixgbe_registers[] = {
	{ 0x01000, 0x40, 8, FUZZ_LOW, 0 },		/* RDBAL */
	{ 0x01004, 0x40, 8, FUZZ_HIGH, 0 },		/* RDBAH */
	{ 0x01008, 0x40, 8, FUZZ_BYTES_OF_RING, 0 },	/* RDLEN */
	{ 0x01014, 0x40, 8, FUZZ_VALUE, 0x02000402 },	/* SRRCTL */
	{ 0x01028, 0x40, 8, FUZZ_VALUE, 1u << 25 },	/* RXDCTL */
	{ 0x01018, 0x40, 8, FUZZ_TAIL, 0 },		/* RDT */
	{ 0x06000, 0x40, 8, FUZZ_LOW, 0 },		/* TDBAL */
	{ 0x06004, 0x40, 8, FUZZ_HIGH, 0 },		/* TDBAH */
	{ 0x06008, 0x40, 8, FUZZ_BYTES_OF_RING, 0 },	/* TDLEN */
	{ 0x06038, 0x40, 8, FUZZ_LOW, 1 },		/* TDWBAL, head write-back on */
	{ 0x04a80, 0, 1, FUZZ_VALUE, 1 },		/* DMATXCTL */
	{ 0x06028, 0x40, 8, FUZZ_VALUE, 1u << 25 },	/* TXDCTL */
	{ 0x05080, 0, 1, FUZZ_VALUE, 0x702 },		/* FCTRL: promiscuous, broadcast */
	{ 0x05818, 0, 1, FUZZ_VALUE, 0x00330001 },	/* MRQC: RSS */
	{ 0x00800, 0, 1, FUZZ_VALUE, 0x7fffffff },	/* EICR */
	{ 0x00880, 0, 1, FUZZ_VALUE, 0x7fffffff },	/* EIMS */
	{ 0x00900, 4, 64, FUZZ_VALUE, 0x81808180 },	/* IVAR */
	{ 0x03000, 0, 1, FUZZ_VALUE, 1 },		/* RXCTRL */
	{ 0x06018, 0x40, 8, FUZZ_TAIL, 0 },		/* TDT */
};

/* XL710 datasheet, 10.2: admin queues, interrupts, LAN queues. */
static const struct fuzz_register i40e_registers[] = {
	{ 0x080000, 0, 1, FUZZ_LOW, 0 },		/* PF_ATQBAL */
	{ 0x080100, 0, 1, FUZZ_HIGH, 0 },		/* PF_ATQBAH */
	{ 0x080200, 0, 1, FUZZ_ENTRIES, 0 },		/* PF_ATQLEN */
	{ 0x080080, 0, 1, FUZZ_LOW, 0 },		/* PF_ARQBAL */
	{ 0x080180, 0, 1, FUZZ_HIGH, 0 },		/* PF_ARQBAH */
	{ 0x080280, 0, 1, FUZZ_ENTRIES, 0 },		/* PF_ARQLEN */
	{ 0x080480, 0, 1, FUZZ_TAIL, 0 },		/* PF_ARQT */
	/* PFHMC_SDDATALOW and HIGH: valid, direct, 512 pages; PFHMC_SDCMD: write. */
	{ 0x0c0100, 0, 1, FUZZ_VALUE, (FUZZ_BASE + FUZZ_CONTEXTS) | 512 << 2 | 3 },
	{ 0x0c0200, 0, 1, FUZZ_VALUE, 0 },
	{ 0x0c0000, 0, 1, FUZZ_VALUE, 0x80000000 },
	{ 0x0c6200, 0, 1, FUZZ_VALUE, 0 },		/* GLHMC_LANTXBASE */
	{ 0x0c6300, 0, 1, FUZZ_VALUE, 64 },		/* GLHMC_LANTXCNT */
	{ 0x0c6400, 0, 1, FUZZ_VALUE, 64 },		/* GLHMC_LANRXBASE, in 512 bytes */
	{ 0x0c6500, 0, 1, FUZZ_VALUE, 64 },		/* GLHMC_LANRXCNT */
	{ 0x038480, 0, 1, FUZZ_VALUE, 3 },		/* PFINT_DYN_CTL0 */
	{ 0x034800, 4, 8, FUZZ_VALUE, 3 },		/* PFINT_DYN_CTLN */
	{ 0x100000, 4, 8, FUZZ_VALUE, 1 },		/* QTX_ENA */
	{ 0x120000, 4, 8, FUZZ_VALUE, 1 },		/* QRX_ENA */
	{ 0x108000, 4, 8, FUZZ_TAIL, 0 },		/* QTX_TAIL */
	{ 0x128000, 4, 8, FUZZ_TAIL, 0 },		/* QRX_TAIL */
	{ 0x080400, 0, 1, FUZZ_TAIL, 0 },		/* PF_ATQT */
};

static const struct fuzz_register echo_registers[] = {
	{ 0x08, 0, 1, FUZZ_LOW, 0 },
	{ 0x18, 0, 1, FUZZ_LOW, 0 },
	{ 0x20, 0, 1, FUZZ_BYTES_OF_RING, 0 },
	{ 0x10, 0, 1, FUZZ_TAIL, 0 },
};

#define LIST(name) { #name, name##_registers, sizeof(name##_registers) / sizeof(*name##_registers) }

static const struct {
	const char *model;
	const struct fuzz_register *registers;
	size_t count;
} lists[] = { LIST(ixgbe), LIST(i40e), LIST(echo) };

void fuzz__find_registers(struct fuzz *fuzz)
{
	struct nic *nic = fuzz__nic(fuzz);
	uint64_t size = region__size(nic, 0);

	for (uint64_t offset = 0; offset < size && fuzz->seen_count < FUZZ_SEEN; offset += 4) {
		uint32_t value = 0, ones = ~0u;

		region__read(nic, 0, offset, &value, 4);
		if (!value) {
			region__write(nic, 0, offset, &ones, 4);
			region__read(nic, 0, offset, &value, 4);
		}
		if (value)
			fuzz->seen[fuzz->seen_count++] = offset;
	}
	port__reset(nic, NIC_RESET_POWER);
}

static uint64_t fuzz__ring(struct fuzz *fuzz)
{
	return FUZZ_BASE + fuzz__below(fuzz, FUZZ_RINGS) * 4096;
}

static uint32_t fuzz__value_for(struct fuzz *fuzz, const struct fuzz_register *reg)
{
	uint64_t address = fuzz__one_in(fuzz, 8) ? fuzz__address(fuzz) : fuzz__ring(fuzz);

	switch (reg->kind) {
	case FUZZ_LOW:
		return address | reg->value;
	case FUZZ_HIGH:
		return fuzz__one_in(fuzz, 16) ? address >> 32 : 0;
	case FUZZ_BYTES_OF_RING:
		return fuzz__below(fuzz, 33) * 128;
	case FUZZ_ENTRIES:
		return fuzz__below(fuzz, 65) | 1u << 31;
	case FUZZ_TAIL:
		return fuzz__below(fuzz, fuzz__one_in(fuzz, 4) ? 4096 : 64);
	default:
		return reg->value ^ (uint32_t)fuzz__one_in(fuzz, 8) << fuzz__below(fuzz, 32);
	}
}

/* @width bits from bit @low of a context. */
static void context__set(uint8_t *context, unsigned int low, unsigned int width, uint64_t value)
{
	for (unsigned int i = 0; i < width; i++, low++) {
		context[low / 8] &= ~(1u << low % 8);
		context[low / 8] |= (value >> i & 1) << low % 8;
	}
}

/* Queue contexts of the XL710, 8.4.3.4.2 and 8.3.3.2.2, mostly right. */
static void fuzz__write_contexts(struct fuzz *fuzz)
{
	uint8_t *tx = fuzz->memory + 4096 + FUZZ_CONTEXTS, *rx = tx + 64 * 512;

	for (unsigned int q = 0; q < 8; q++, tx += 128, rx += 32) {
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

void fuzz__set_up(struct fuzz *fuzz)
{
	fuzz__write_contexts(fuzz);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (strcmp(lists[i].model, fuzz->model->name))
			continue;
		for (size_t r = 0; r < lists[i].count; r++) {
			const struct fuzz_register *reg = &lists[i].registers[r];

			for (uint32_t n = 0; n < reg->count; n++) {
				uint32_t value = fuzz__value_for(fuzz, reg);

				region__write(fuzz__nic(fuzz), 0, reg->offset + n * reg->stride,
					      &value, 4);
			}
		}
	}
}

static uint64_t fuzz__value(struct fuzz *fuzz, uint64_t present)
{
	switch (fuzz__below(fuzz, 8)) {
	case 0:
		return fuzz__random(fuzz);
	case 1:
		return fuzz__address(fuzz);
	case 2:
		return fuzz__address(fuzz) >> 32;
	case 3:
		return fuzz__ring(fuzz) | fuzz__below(fuzz, 4);
	case 4:
		return present ^ 1ull << fuzz__below(fuzz, 32);
	case 5:
		return 1ull << fuzz__below(fuzz, 64);
	case 6:
		return -fuzz__below(fuzz, 3);
	default:
		return fuzz__below(fuzz, 600);
	}
}

void fuzz__access_register(struct fuzz *fuzz)
{
	unsigned int bar = fuzz__one_in(fuzz, 50) ? fuzz__below(fuzz, NIC_BARS) : 0;
	struct nic *nic = fuzz__nic(fuzz);
	uint64_t size = region__size(nic, bar);
	unsigned int bytes = fuzz__one_in(fuzz, 8) ? 1u << fuzz__below(fuzz, 4) : 4;
	uint64_t offset, value = 0;

	if (!size)
		return;
	if (!bar && fuzz->seen_count && !fuzz__one_in(fuzz, 5))
		offset = fuzz->seen[fuzz__below(fuzz, fuzz->seen_count)];
	else
		offset = fuzz__below(fuzz, size) & (fuzz__one_in(fuzz, 10) ? ~0ull : ~3ull);
	/* A register and those beside it are used together. */
	for (unsigned int i = fuzz__below(fuzz, 4) + 1; i; i--, offset += bytes) {
		region__read(nic, bar, offset, &value, bytes);
		value = fuzz__value(fuzz, value);
		if (!fuzz__one_in(fuzz, 4))
			region__write(nic, bar, offset, &value, bytes);
	}
}

void fuzz__access_configuration(struct fuzz *fuzz)
{
	uint64_t offset = fuzz__below(fuzz, fuzz__one_in(fuzz, 2) ? 256 : 4096);
	uint64_t value = fuzz__random(fuzz);
	uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	region__write(fuzz__nic(fuzz), REGION_CONFIG, offset, &value, 1 + fuzz__below(fuzz, 8));
	if (!fuzz__one_in(fuzz, 8))
		region__write(fuzz__nic(fuzz), REGION_CONFIG, PCI_COMMAND, &command, 2);
}

/* Second halves of descriptors that do something, to begin with. */
static const uint64_t templates[] = {
	0x000000001b300040,	/* 82599: legacy, 64 bytes, EOP, RS */
	0x0010000029300040,	/* 82599: advanced data, EOP, RS */
	0x0010000020200000,	/* 82599: advanced context */
	0x00000000ab300400,	/* 82599: advanced data with TSO */
	0x0000010000000030,	/* XL710: data, EOP, RS, 64 bytes at bit 34 */
	0x0000000000000031,
	0x0000010000000001,	/* XL710: context */
	0x0000010000000008,	/* XL710: flow director */
};

/* Of admin commands, 7.10.11, that carry a buffer, or change what frames do. */
static const uint16_t opcodes[] = {
	0x0001, 0x0002, 0x0003, 0x0008, 0x0009, 0x000a, 0x0107, 0x0108, 0x0110, 0x0200, 0x0203,
	0x0205, 0x0210, 0x0211, 0x0212, 0x0230, 0x0243, 0x0250, 0x0251, 0x0254, 0x025c, 0x0260,
	0x0270, 0x0301, 0x0407, 0x0410, 0x0415, 0x0418, 0x0500, 0x0600, 0x0601, 0x0605, 0x0607,
	0x0613, 0x0701, 0x0702, 0x0a00, 0x0a01, 0x0a05, 0x0a06, 0x0b00, 0x0b02, 0x0b03, 0x0b04,
	0x0b05,
};

/* An admin queue descriptor of the XL710, 7.10.5: flags, opcode, length, ..., address at 24. */
static void fuzz__compose_command(struct fuzz *fuzz, uint64_t *descriptor)
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

void fuzz__scribble(struct fuzz *fuzz)
{
	uint64_t *ring = (uint64_t *)(fuzz->memory + 4096 + fuzz__below(fuzz, FUZZ_RINGS) * 4096);
	unsigned int count = fuzz__below(fuzz, 256), kind = fuzz__below(fuzz, 4);

	for (unsigned int i = 0; i < count; i++, ring += 2) {
		if (kind == 0 && i % 2 == 0 && i + 1 < count) {
			fuzz__compose_command(fuzz, ring);
			continue;
		}
		if (kind == 0)
			continue;
		ring[0] = fuzz__address(fuzz);
		ring[1] = kind == 1 ? fuzz__random(fuzz) :
			  templates[fuzz__below(fuzz, sizeof(templates) / sizeof(*templates))];
		if (fuzz__one_in(fuzz, 3))
			ring[1] ^= 1ull << fuzz__below(fuzz, 64);
		if (fuzz__one_in(fuzz, 3))
			ring[1] ^= fuzz__below(fuzz, 1 << 14) << fuzz__below(fuzz, 50);
	}
}
