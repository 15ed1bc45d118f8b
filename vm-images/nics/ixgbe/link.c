// SPDX-License-Identifier: MIT
/* The MAC and its link (datasheet 3.7, 8.2.3.22). There is no external PHY behind MDIO. */
#include "interrupts.h"
#include "ixgbe.h"
#include "link.h"

#define HLREG0_DEFAULT		(1u << 0 | HLREG0_CRC_STRIP | HLREG0_PAD)
#define MAXFRS_DEFAULT		(1518u << MAXFRS_SHIFT)
#define MDIO_NOBODY		0xffffu

void ixgbe_link__reset(struct ixgbe *chip)
{
	ixgbe__set_register(chip, ESDP, ESDP_SDP2);
	ixgbe__set_register(chip, HLREG0, HLREG0_DEFAULT);
	ixgbe__set_register(chip, MAXFRS, MAXFRS_DEFAULT);
	ixgbe__set_register(chip, AUTOC, AUTOC_MODE_10G_SERIAL);
	ixgbe__set_register(chip, AUTOC2, AUTOC2_10G_SFI);
}

bool ixgbe_link__loops_back(struct ixgbe *chip)
{
	return ixgbe__register(chip, HLREG0) & HLREG0_LOOPBACK;
}

static bool ixgbe_link__is_up(struct ixgbe *chip)
{
	return nic__link(chip->nic) ||
	       (ixgbe__register(chip, AUTOC) & AUTOC_FORCE_LINK_UP);
}

/* The wire's link went up or down: STATUS and LINKS follow by themselves. */
void ixgbe_link__change(struct ixgbe *chip)
{
	chip->counters.link_changes++;
	ixgbe_interrupts__raise_other(chip, CAUSE_LINK);
}

bool ixgbe_link__read(struct ixgbe *chip, uint32_t offset, uint32_t *value)
{
	switch (offset) {
	case STATUS:
		*value = ixgbe_link__is_up(chip) ? STATUS_LINK_UP : 0;
		if (ixgbe__is_master(chip))
			*value |= STATUS_MASTER_ENABLED;
		return true;
	case LINKS:
		*value = ixgbe_link__is_up(chip) ? LINKS_UP | LINKS_10G : 0;
		return true;
	case ANLP1:
		/* Drivers wait for the state machine of clause 73 to leave its first state. */
		*value = ANLP1_STATE_RUNNING;
		return true;
	default:
		return false;
	}
}

bool ixgbe_link__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case STATUS:
	case LINKS:
	case ANLP1:
		return true;
	case AUTOC:
		ixgbe__set_register(chip, offset, value & ~AUTOC_RESTART);
		return true;
	case MSCA:
		/* A command ends at once, and nobody drives the line. */
		ixgbe__set_register(chip, offset, value & ~MSCA_COMMAND);
		ixgbe__set_register(chip, MSRWD, MDIO_NOBODY << MSRWD_READ_SHIFT);
		return true;
	default:
		return false;
	}
}
