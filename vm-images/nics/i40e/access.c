// SPDX-License-Identifier: MIT
/* Which part of the model has which register. */
#include "access.h"
#include "flow_table.h"
#include "hmc.h"
#include "i40e.h"
#include "interrupts.h"
#include "nvm.h"
#include "queues.h"
#include "registers.h"
#include "reset.h"

/* Whether @offset is one of @count registers of 4 bytes from @first, and which. */
static bool register__is(uint32_t offset, uint32_t first, unsigned int count, unsigned int *index)
{
	if (offset < first || offset >= first + 4 * count)
		return false;
	*index = (offset - first) / 4;
	return true;
}

static uint32_t control__read(const struct i40e *chip, uint32_t offset, unsigned int vector)
{
	return (i40e__register(chip, offset) & ~DYN_ENABLE) |
	       (chip->vectors[vector].enabled ? DYN_ENABLE : 0);
}

uint32_t i40e_access__read(struct i40e *chip, uint32_t offset)
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
		return chip->tx.ring[index].head;
	return i40e__register(chip, offset);
}

/* Registers of which the guest can only read what the model keeps there. */
static bool register__is_read_only(uint32_t offset)
{
	return (offset >= GLPRT_FIRST && offset <= GL_STATISTICS_LAST) ||
	       offset == GLGEN_RSTAT || offset == PFLAN_QALLOC || offset == GLNVM_FLA ||
	       offset == GLNVM_ULD || offset == GLNVM_GENS || offset == GLPCI_CNF2;
}

void i40e_access__write(struct i40e *chip, uint32_t offset, uint32_t value)
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
			i40e_flow_table__clear(chip);
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
