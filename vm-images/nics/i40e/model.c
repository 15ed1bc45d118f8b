// SPDX-License-Identifier: MIT
/* The XL710 as the core sees it: what it is, and which part of the model a register belongs to. */
#include "admin_queue.h"
#include "flow_director.h"
#include "i40e.h"
#include "model.h"
#include "registers.h"

/* Whether @offset is one of @count registers of 4 bytes from @first, and which. */
static bool register__is(uint32_t offset, uint32_t first, unsigned int count, unsigned int *index)
{
	if (offset < first || offset >= first + 4 * count)
		return false;
	*index = (offset - first) / 4;
	return true;
}

static struct i40e *i40e__of(struct nic *nic)
{
	struct i40e *chip = nic__state(nic);

	chip->nic = nic;
	return chip;
}

static uint32_t control__read(const struct i40e *chip, uint32_t offset, unsigned int vector)
{
	return (i40e__register(chip, offset) & ~DYN_ENABLE) |
	       (chip->vectors[vector].enabled ? DYN_ENABLE : 0);
}

uint32_t i40e__read_register(struct i40e *chip, uint32_t offset)
{
	unsigned int index;

	if (offset >= I40E_REGISTER_BYTES)
		return 0;
	offset &= ~3u;
	switch (offset) {
	case PFINT_ICR0:
		return i40e_interrupts__take_causes(chip);
	case PFINT_DYN_CTL0:
		return control__read(chip, offset, 0);
	case GLVFGEN_TIMER:
		return nic__now(chip->nic) / 1000;
	case PFQF_FDSTAT:
	case GLQF_FDCNT_0:
		return chip->flows.used;
	}
	if (register__is(offset, PFINT_DYN_CTLN(0), I40E_VECTORS - 1, &index))
		return control__read(chip, offset, index + 1);
	if (register__is(offset, QTX_HEAD(0), I40E_QUEUES, &index))
		return chip->tx[index].head;
	return i40e__register(chip, offset);
}

/* Registers of which the guest can only read what the model keeps there. */
static bool register__is_read_only(uint32_t offset)
{
	return (offset >= GLPRT_FIRST && offset <= GL_STATISTICS_LAST) ||
	       offset == GLGEN_RSTAT || offset == PFLAN_QALLOC || offset == GLNVM_FLA ||
	       offset == GLNVM_ULD || offset == GLNVM_GENS || offset == GLPCI_CNF2;
}

void i40e__write_register(struct i40e *chip, uint32_t offset, uint32_t value)
{
	unsigned int index;

	if (offset >= I40E_REGISTER_BYTES || register__is_read_only(offset &= ~3u))
		return;

	/* What drivers write for every few frames comes first. */
	if (register__is(offset, QTX_TAIL(0), I40E_QUEUES, &index)) {
		i40e_queue__tail_tx(chip, index, value);
		return;
	}
	if (register__is(offset, QRX_TAIL(0), I40E_QUEUES, &index)) {
		i40e_queue__tail_rx(chip, index, value);
		return;
	}
	if (register__is(offset, PFINT_DYN_CTLN(0), I40E_VECTORS - 1, &index)) {
		i40e__set_register(chip, offset, value & ~DYN_SOFTWARE);
		i40e_interrupts__control(chip, index + 1, value);
		return;
	}
	if (register__is(offset, QTX_ENA(0), I40E_QUEUES, &index)) {
		i40e_queue__enable_tx(chip, index, value);
		return;
	}
	if (register__is(offset, QRX_ENA(0), I40E_QUEUES, &index)) {
		i40e_queue__enable_rx(chip, index, value);
		return;
	}
	if (register__is(offset, GLQF_PCNT(0), GLQF_PCNT_COUNT, &index)) {
		i40e__set_register(chip, offset, 0);	/* any value clears it */
		return;
	}

	switch (offset) {
	case PFINT_DYN_CTL0:
		i40e__set_register(chip, offset, value & ~DYN_SOFTWARE);
		i40e_interrupts__control(chip, 0, value);
		break;
	case PFINT_ICR0:
		break;
	case PFINT_ICR0_ENA:
		i40e_interrupts__enable_causes(chip, value);
		break;
	case PF_ATQT:
	case PF_ARQT:
	case PF_ATQLEN:
	case PF_ARQLEN:
		i40e__set_register(chip, offset, value);
		nic__schedule(chip->nic);
		break;
	case PFHMC_SDCMD:
		i40e_hmc__command(chip, value);
		break;
	case GLNVM_SRCTL:
		i40e_nvm__control(chip, value);
		break;
	case PFQF_CTL_1:
		if (value & CTL_1_CLEAR_FLOWS)
			i40e_flow__clear(chip);
		break;
	case PFGEN_CTRL:
		if (value & PFGEN_CTRL_RESET)
			i40e_reset__function(chip);
		break;
	case GLGEN_RTRIG:
		i40e_reset__announce(chip, value);
		break;
	default:
		i40e__set_register(chip, offset, value);
	}
}

static uint64_t i40e__read(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size)
{
	struct i40e *chip = i40e__of(nic);
	uint64_t value;

	if (bar || offset >= I40E_REGISTER_BYTES)
		return 0;
	value = i40e__read_register(chip, offset);
	if (size == 8)
		return value | (uint64_t)i40e__read_register(chip, offset + 4) << 32;
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
	i40e__write_register(chip, offset, value);
	if (size == 8)
		i40e__write_register(chip, offset + 4, value >> 32);
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
	i40e_link__update(i40e__of(nic));
}

static void i40e__timer(struct nic *nic, unsigned int timer)
{
	if (timer == I40E_TIMER_RESET)
		i40e_reset__finish(i40e__of(nic));
	else if (timer < I40E_VECTORS)
		i40e_interrupts__timer(i40e__of(nic), timer);
}

static size_t i40e__counters(struct nic *nic, struct nic_counter *counters, size_t room)
{
	return i40e_counters__list(i40e__of(nic), counters, room);
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
	.capabilities = { .power = 0x40, .msix = 0x70, .express = 0xa0, .serial = 0x2005c0ffee },
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
