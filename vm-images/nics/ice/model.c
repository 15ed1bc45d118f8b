// SPDX-License-Identifier: MIT
/* The E810 as the core sees it: its place on the bus, and who does what the core asks for. */
#include "access.h"
#include "admin_queue.h"
#include "ice.h"
#include "interrupts.h"
#include "model.h"
#include "reset.h"
#include "rx.h"
#include "tx.h"

static struct ice *ice__of(struct nic *nic)
{
	struct ice *chip = nic__state(nic);

	chip->nic = nic;
	return chip;
}

static uint64_t ice__read(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size)
{
	struct ice *chip = ice__of(nic);
	uint64_t value;

	if (bar || offset >= ICE_REGISTER_BYTES)
		return 0;
	value = ice_access__read(chip, offset);
	if (size == 8)
		return value | (uint64_t)ice_access__read(chip, offset + 4) << 32;
	/* Registers have 32 bits; a smaller access sees a part of one. */
	return value >> 8 * (offset & 3) & (UINT64_MAX >> (64 - 8 * size));
}

static void ice__write(struct nic *nic, unsigned int bar, uint64_t offset, uint64_t value,
			unsigned int size)
{
	struct ice *chip = ice__of(nic);

	if (bar || offset >= ICE_REGISTER_BYTES)
		return;
	if (size < 4) {
		nic__warn(nic, "a register was written by parts");
		return;
	}
	ice_access__write(chip, offset, value);
	if (size == 8)
		ice_access__write(chip, offset + 4, value >> 32);
}

static void ice__reset(struct nic *nic, enum nic_reset kind)
{
	if (kind == NIC_RESET_POWER)
		ice_reset__all(ice__of(nic));
	else
		ice_reset__function(ice__of(nic));
}

static bool ice__work(struct nic *nic)
{
	struct ice *chip = ice__of(nic);
	bool more = ice_admin_queue__work(chip);

	return ice_tx__work(chip) || more;
}

static bool ice__receive(struct nic *nic, const void *frame, size_t bytes)
{
	return ice_rx__receive(ice__of(nic), frame, bytes);
}

static void ice__missed(struct nic *nic)
{
	ice_rx__miss(ice__of(nic));
}

static void ice__link(struct nic *nic, bool up)
{
	(void)up;
	intel_link__update(&ice__of(nic)->link, nic);
}

static void ice__timer(struct nic *nic, unsigned int timer)
{
	if (timer == INTEL_TIMER_RESET)
		ice_reset__finish(ice__of(nic));
	else if (timer < ICE_VECTORS)
		ice_interrupts__timer(ice__of(nic), timer);
}

static size_t ice__counters(struct nic *nic, struct nic_counter *counters, size_t room)
{
	const struct ice *chip = ice__of(nic);
	size_t count = intel_counters__list(&chip->counters, counters, room);

	return intel_counters__add_queues(chip->tx.ring, chip->rx, counters, count, room);
}

const struct nic_model ice_model = {
	.name = "ice",
	.title = "Intel E810",
	.vendor = 0x8086,
	.device = 0x1592,		/* QSFP, 100 Gb/s */
	.subsystem_vendor = 0x8086,
	.subsystem = 0x0001,
	.revision = 2,
	.class_code = 0x020000,
	.bars = {
		[0] = { .size = 32u << 20, .wide = true, .prefetchable = true },
		[3] = { .size = 64u << 10, .wide = true, .prefetchable = true },
	},
	/*
	 * The driver looks for a package that is named after the serial number, and takes functions
	 * that have the same for those of one card (ice_adapter.c).
	 */
	.capabilities = { .power = 0x40, .msix = 0x70, .express = 0xa0, .serial = true },
	.msix = { .vectors = ICE_VECTORS, .bar = 3, .table = 0, .pending = 0x8000 },
	.state_bytes = sizeof(struct ice),
	.reset = ice__reset,
	.read = ice__read,
	.write = ice__write,
	.work = ice__work,
	.receive = ice__receive,
	.missed = ice__missed,
	.link = ice__link,
	.timer = ice__timer,
	.counters = ice__counters,
};
