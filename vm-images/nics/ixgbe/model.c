// SPDX-License-Identifier: MIT
/* The 82599 as the core sees it: its place on the bus, and who does what the core asks for. */
#include "access.h"
#include "counters.h"
#include "interrupts.h"
#include "ixgbe.h"
#include "link.h"
#include "model.h"
#include "reset.h"
#include "rx.h"
#include "statistics.h"
#include "tx.h"

#define BAR_REGISTERS		0
#define BAR_MSIX		4
#define MSIX_PENDING		0x2000

static struct ixgbe *ixgbe__of(struct nic *nic)
{
	struct ixgbe *chip = nic__state(nic);

	chip->nic = nic;
	return chip;
}

static void ixgbe__reset(struct nic *nic, enum nic_reset kind)
{
	(void)kind;
	ixgbe_reset__all(ixgbe__of(nic));
}

/* 8.1: registers are 32 bits wide; 64 bits are two of them, fewer are a part of one. */
static uint64_t ixgbe__read(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size)
{
	struct ixgbe *chip = ixgbe__of(nic);
	uint32_t word = (uint32_t)offset & ~3u, shift = (uint32_t)offset % 4 * 8;
	uint64_t value;

	if (bar != BAR_REGISTERS)
		return 0;
	value = ixgbe_access__read(chip, word);
	if (shift / 8 + size > 4)
		value |= (uint64_t)ixgbe_access__read(chip, word + 4) << 32;
	value >>= shift;
	return size == 8 ? value : value & ((UINT64_C(1) << 8 * size) - 1);
}

static void ixgbe__write(struct nic *nic, unsigned int bar, uint64_t offset, uint64_t value,
			 unsigned int size)
{
	struct ixgbe *chip = ixgbe__of(nic);

	if (bar != BAR_REGISTERS)
		return;
	if (size < 4 || offset % 4) {
		nic__warn(nic, "a write of %u bytes that is not one of whole registers", size);
		return;
	}
	ixgbe_access__write(chip, (uint32_t)offset, (uint32_t)value);
	if (size == 8)
		ixgbe_access__write(chip, (uint32_t)offset + 4, (uint32_t)(value >> 32));
}

static bool ixgbe__work(struct nic *nic)
{
	return ixgbe_tx__work(ixgbe__of(nic));
}

static bool ixgbe__receive(struct nic *nic, const void *frame, size_t bytes)
{
	struct ixgbe *chip = ixgbe__of(nic);

	if (bytes > NIC_FRAME_MAX || ixgbe_link__loops_back(chip)) {
		chip->counters.rx_filtered++;
		return true;
	}
	return ixgbe_rx__receive(chip, frame, bytes);
}

static void ixgbe__missed(struct nic *nic)
{
	struct ixgbe *chip = ixgbe__of(nic);

	chip->counters.rx_missed++;
	ixgbe_statistics__add(chip, MPC(0), 1);
	ixgbe_interrupts__raise_other(chip, CAUSE_RX_MISS);
}

static void ixgbe__link(struct nic *nic, bool up)
{
	(void)up;
	ixgbe_link__change(ixgbe__of(nic));
}

static void ixgbe__timer(struct nic *nic, unsigned int timer)
{
	ixgbe_interrupts__timer(ixgbe__of(nic), timer);
}

static size_t ixgbe__counters(struct nic *nic, struct nic_counter *counters, size_t room)
{
	return ixgbe_counters__list(ixgbe__of(nic), counters, room);
}

const struct nic_model ixgbe_model = {
	.name = "ixgbe",
	.title = "Intel 82599",
	.vendor = 0x8086,
	.device = 0x10fb,
	.subsystem_vendor = 0x8086,
	.subsystem = 0x0003,
	.revision = 1,
	.class_code = 0x020000,
	.bars = {
		[BAR_REGISTERS] = { .size = IXGBE_BAR_BYTES, .wide = true, .prefetchable = true },
		[BAR_MSIX] = { .size = 0x4000, .wide = true, .prefetchable = true },
	},
	.capabilities = { .power = 0x40, .msix = 0x70, .express = 0xa0 },
	.msix = { .vectors = IXGBE_VECTORS, .bar = BAR_MSIX, .pending = MSIX_PENDING },
	.state_bytes = sizeof(struct ixgbe),
	.reset = ixgbe__reset,
	.read = ixgbe__read,
	.write = ixgbe__write,
	.work = ixgbe__work,
	.receive = ixgbe__receive,
	.missed = ixgbe__missed,
	.link = ixgbe__link,
	.timer = ixgbe__timer,
	.counters = ixgbe__counters,
};
