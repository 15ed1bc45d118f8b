// SPDX-License-Identifier: MIT
/* Which part of the model has which register. */
#include "access.h"
#include "eeprom.h"
#include "filter.h"
#include "flow_director.h"
#include "interrupts.h"
#include "ixgbe.h"
#include "link.h"
#include "reset.h"
#include "rx.h"
#include "sfp.h"
#include "statistics.h"
#include "tx.h"

/* Registers with two offsets: 16 words each, which are elsewhere in bigger arrays. */
static uint32_t ixgbe_access__resolve(uint32_t offset)
{
	uint32_t index = offset % 64 / 4;

	if (offset >= RAL_LOW && offset < RAL_LOW + 16 * 8)
		return RAL(0) + (offset - RAL_LOW);
	switch (offset & ~0x3fu) {
	case PSRTYPE_LOW:
		return PSRTYPE(index);
	case SRRCTL_LOW:
		return RX_WINDOW_LOW + QUEUE_WINDOW * index + SRRCTL;
	case DCA_RXCTRL_LOW:
		return RX_WINDOW_LOW + QUEUE_WINDOW * index + DCA_RXCTRL;
	case DCA_TXCTRL_LOW:
		return TX_WINDOW + QUEUE_WINDOW * index + DCA_TXCTRL;
	case QPTC_HIGH:
		return TX_WINDOW + QUEUE_WINDOW * index + TX_COUNTERS;
	default:
		return offset;
	}
}

uint32_t ixgbe_access__read(struct ixgbe *chip, uint32_t offset)
{
	uint32_t value = 0;

	offset = ixgbe_access__resolve(offset);
	if (ixgbe_interrupts__read(chip, offset, &value) ||
	    ixgbe_statistics__read(chip, offset, &value) ||
	    ixgbe_link__read(chip, offset, &value) ||
	    ixgbe_flow_director__read(chip, offset, &value) ||
	    ixgbe_eeprom__read(chip, offset, &value) ||
	    ixgbe_sfp__read(chip, offset, &value))
		return value;
	return ixgbe__register(chip, offset);
}

static bool ixgbe_access__write_own(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case CTRL:
		if (value & (CTRL_RESET | CTRL_LINK_RESET))
			ixgbe_reset__software(chip);
		else
			ixgbe__set_register(chip, offset, value);
		return true;
	case SECTXSTAT:
	case SECRXSTAT:
		return true;
	case VT_CTL:
		if (value & 1)
			nic__warn(chip->nic, "pools (VT_CTL) are not modelled");
		return false;
	default:
		return false;
	}
}

void ixgbe_access__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	offset = ixgbe_access__resolve(offset);
	if (ixgbe_tx__write(chip, offset, value) ||
	    ixgbe_statistics__write(offset) ||
	    ixgbe_rx__write(chip, offset, value) ||
	    ixgbe_interrupts__write(chip, offset, value) ||
	    ixgbe_link__write(chip, offset, value) ||
	    ixgbe_flow_director__write(chip, offset, value) ||
	    ixgbe_filter__write(chip, offset, value) ||
	    ixgbe_eeprom__write(chip, offset, value) ||
	    ixgbe_sfp__write(chip, offset, value) ||
	    ixgbe_access__write_own(chip, offset, value))
		return;
	ixgbe__set_register(chip, offset, value);
}
