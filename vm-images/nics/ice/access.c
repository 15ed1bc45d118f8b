// SPDX-License-Identifier: MIT
/* Which part of the model has which register. */
#include "access.h"
#include "ice.h"
#include "interrupts.h"
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

uint32_t ice_access__read(struct ice *chip, uint32_t offset)
{
	unsigned int index;

	if (offset >= ICE_REGISTER_BYTES)
		return 0;
	offset &= ~3u;
	if (offset == PFINT_OICR)
		return ice_interrupts__take_causes(chip);
	if (register__is(offset, GLINT_DYN_CTL(0), ICE_VECTORS, &index))
		return (ice__register(chip, offset) & ~DYN_ENABLE) |
		       (chip->vectors[index].enabled ? DYN_ENABLE : 0);
	if (register__is(offset, QTX_COMM_HEAD(0), ICE_QUEUES, &index))
		return chip->tx.ring[index].head;
	return ice__register(chip, offset);
}

/* Registers of which the guest can only read what the model keeps there. */
static bool register__is_read_only(uint32_t offset)
{
	unsigned int index;

	return (offset >= GLPRT_FIRST && offset <= GLPRT_LAST) ||
	       (offset >= GLV_TX_FIRST && offset <= GLV_TX_LAST) ||
	       register__is(offset, GLV_RDPC(0), ICE_VSIS, &index) || offset == PRTRPB_RDPC ||
	       offset == GLGEN_RSTAT || offset == GLNVM_ULD || offset == GLNVM_GENS ||
	       offset == GLNVM_FLA || offset == GL_MNG_FWSM || offset == PF_FUNC_RID ||
	       offset == GLQF_FD_SIZE || offset == GLQF_FD_CNT;
}

/* What drivers write for every few frames. Return: whether it was one of these. */
static bool queues__write(struct ice *chip, uint32_t offset, uint32_t value)
{
	unsigned int index;

	if (register__is(offset, QTX_COMM_DBELL(0), ICE_QUEUES, &index))
		ice_queue__tail_tx(chip, index, value);
	else if (register__is(offset, QRX_TAIL(0), ICE_QUEUES, &index))
		ice_queue__tail_rx(chip, index, value);
	else if (register__is(offset, GLINT_DYN_CTL(0), ICE_VECTORS, &index))
		ice_interrupts__control(chip, index, value);
	else if (register__is(offset, QRX_CTRL(0), ICE_QUEUES, &index))
		ice_queue__enable_rx(chip, index, value);
	else
		return false;
	return true;
}

void ice_access__write(struct ice *chip, uint32_t offset, uint32_t value)
{
	if (offset >= ICE_REGISTER_BYTES || register__is_read_only(offset &= ~3u) ||
	    queues__write(chip, offset, value))
		return;

	switch (offset) {
	case PFINT_OICR:
		break;
	case PFINT_OICR_ENA:
	case PFINT_OICR_CTL:
		ice__set_register(chip, offset, value);
		ice_interrupts__cause(chip, 0);
		break;
	case PF_FW_ATQT:
	case PF_FW_ARQT:
	case PF_FW_ATQLEN:
	case PF_FW_ARQLEN:
		ice__set_register(chip, offset, value);
		nic__schedule(chip->nic);
		break;
	case PFPM_WUS:
		break;		/* nothing wakes the machine; what is written clears bits */
	case PFGEN_CTRL:
		if (value & PFGEN_CTRL_RESET)
			ice_reset__function(chip);
		break;
	case GLGEN_RTRIG:
		ice_reset__announce(chip, value);
		break;
	default:
		ice__set_register(chip, offset, value);
	}
}
