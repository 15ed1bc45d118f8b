// SPDX-License-Identifier: MIT
/*
 * Registers are found by what they do: keep something, or read as something. To get beyond them, to
 * the rings, each model lists those that its driver sets up.
 */
#include "core/nic.h"
#include "core/protocol/regions.h"
#include "fuzz.h"

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

void fuzz__set_up(struct fuzz *fuzz)
{
	const struct fuzz_model *model = fuzz->model;

	if (model->write_memory)
		model->write_memory(fuzz);
	for (size_t i = 0; i < model->register_count; i++) {
		const struct fuzz_register *reg = &model->registers[i];

		for (uint32_t n = 0; n < reg->count; n++) {
			uint32_t value = fuzz__value_for(fuzz, reg);

			region__write(fuzz__nic(fuzz), 0, reg->offset + n * reg->stride, &value, 4);
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

static void fuzz__scribble_commands(struct fuzz *fuzz, uint64_t *ring, unsigned int count)
{
	for (; count; count--, ring += 4)
		fuzz->model->compose_command(fuzz, ring);
}

static void fuzz__scribble_descriptors(struct fuzz *fuzz, uint64_t *ring, unsigned int count)
{
	const struct fuzz_model *model = fuzz->model;
	bool sensible = model->descriptor_count && !fuzz__one_in(fuzz, 3);

	for (; count; count--, ring += 2) {
		ring[0] = fuzz__address(fuzz);
		ring[1] = sensible ? model->descriptors[fuzz__below(fuzz, model->descriptor_count)] :
				     fuzz__random(fuzz);
		if (fuzz__one_in(fuzz, 3))
			ring[1] ^= 1ull << fuzz__below(fuzz, 64);
		if (fuzz__one_in(fuzz, 3))
			ring[1] ^= fuzz__below(fuzz, 1 << 14) << fuzz__below(fuzz, 50);
	}
}

void fuzz__scribble(struct fuzz *fuzz)
{
	uint64_t *ring = (uint64_t *)fuzz__at(fuzz, fuzz__ring(fuzz) - FUZZ_BASE);
	unsigned int count = fuzz__below(fuzz, 256);

	if (fuzz->model->compose_command && fuzz__one_in(fuzz, 4))
		fuzz__scribble_commands(fuzz, ring, count / 2);
	else
		fuzz__scribble_descriptors(fuzz, ring, count);
}
