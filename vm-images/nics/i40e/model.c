// SPDX-License-Identifier: MIT
/* The XL710 as the core sees it: its place on the bus, and who does what the core asks for. */
#include "access.h"
#include "admin_queue.h"
#include "i40e.h"
#include "interrupts.h"
#include "model.h"
#include "registers.h"
#include "reset.h"
#include "rx.h"
#include "statistics.h"
#include "tx.h"

static struct i40e *i40e__of(struct nic *nic)
{
	struct i40e *chip = nic__state(nic);

	chip->nic = nic;
	return chip;
}

static uint64_t i40e__read(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size)
{
	struct i40e *chip = i40e__of(nic);
	uint64_t value;

	if (bar || offset >= I40E_REGISTER_BYTES)
		return 0;
	value = i40e_access__read(chip, offset);
	if (size == 8)
		return value | (uint64_t)i40e_access__read(chip, offset + 4) << 32;
	/* Registers have 32 bits; a smaller access sees a part of one. */
	return value >> 8 * (offset & 3) & (UINT64_MAX >> (64 - 8 * size));
}

static void i40e__write(struct nic *nic, unsigned int bar, uint64_t offset, uint64_t value,
			unsigned int size)
{
	struct i40e *chip = i40e__of(nic);

	if (bar || offset >= I40E_REGISTER_BYTES)
		return;
	if (size < 4) {
		nic__warn(nic, "a register was written by parts");
		return;
	}
	i40e_access__write(chip, offset, value);
	if (size == 8)
		i40e_access__write(chip, offset + 4, value >> 32);
}

static void i40e__reset(struct nic *nic, enum nic_reset kind)
{
	if (kind == NIC_RESET_POWER)
		i40e_reset__all(i40e__of(nic));
	else
		i40e_reset__function(i40e__of(nic));
}

static bool i40e__work(struct nic *nic)
{
	struct i40e *chip = i40e__of(nic);
	bool more = i40e_admin_queue__work(chip);

	return i40e_tx__work(chip) || more;
}

static bool i40e__receive(struct nic *nic, const void *frame, size_t bytes)
{
	return i40e_rx__receive(i40e__of(nic), frame, bytes);
}

static void i40e__missed(struct nic *nic)
{
	struct i40e *chip = i40e__of(nic);

	chip->counters.rx_missed++;
	i40e_statistics__count(chip, GLPRT_RDPC);
	i40e_statistics__count(chip, GLV_RDPC(0));
}

static void i40e__link(struct nic *nic, bool up)
{
	(void)up;
	intel_link__update(&i40e__of(nic)->link, nic);
}

static void i40e__timer(struct nic *nic, unsigned int timer)
{
	if (timer == INTEL_TIMER_RESET)
		i40e_reset__finish(i40e__of(nic));
	else if (timer < I40E_VECTORS)
		i40e_interrupts__timer(i40e__of(nic), timer);
}

static size_t i40e__counters(struct nic *nic, struct nic_counter *counters, size_t room)
{
	const struct i40e *chip = i40e__of(nic);
	size_t count = intel_counters__list(&chip->counters, counters, room);

	if (count < room)
		counters[count++] = (struct nic_counter){ "flows", chip->flows.used };
	return intel_counters__add_queues(chip->tx.ring, chip->rx, counters, count, room);
}

const struct nic_model i40e_model = {
	.name = "i40e",
	.title = "Intel XL710",
	.vendor = 0x8086,
	.device = 0x1583,		/* QSFP+, 40 Gb/s */
	.subsystem_vendor = 0x8086,
	.subsystem = 0x0001,
	.revision = 2,
	.class_code = 0x020000,
	.bars = {
		[0] = { .size = 8u << 20, .wide = true, .prefetchable = true },
		[3] = { .size = 32u << 10, .wide = true, .prefetchable = true },
	},
	.capabilities = { .power = 0x40, .msix = 0x70, .express = 0xa0, .serial = true },
	.msix = { .vectors = I40E_VECTORS, .bar = 3, .table = 0, .pending = 0x1000 },
	.state_bytes = sizeof(struct i40e),
	.reset = i40e__reset,
	.read = i40e__read,
	.write = i40e__write,
	.work = i40e__work,
	.receive = i40e__receive,
	.missed = i40e__missed,
	.link = i40e__link,
	.timer = i40e__timer,
	.counters = i40e__counters,
};
