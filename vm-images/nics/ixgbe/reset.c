// SPDX-License-Identifier: MIT
/* Resets (datasheet 4.2). */
#include <string.h>

#include "eeprom.h"
#include "filter.h"
#include "flow_director.h"
#include "interrupts.h"
#include "ixgbe.h"
#include "link.h"
#include "reset.h"
#include "sfp.h"

/* 8.2.3.7, 8.2.3.9: what the driver leaves as it is. */
#define VLNCTRL_DEFAULT		0x8100u
#define DMATXCTL_DEFAULT	(0x8100u << DMATXCTL_VLAN_SHIFT)
#define DTXTCPFLGL_DEFAULT	0x0ff60ff6u
#define DTXTCPFLGH_DEFAULT	0x00000f7fu
#define RXPBSIZE_DEFAULT	(512u << 10)

/* Every register to its default; what the EEPROM says is read anew. */
static void ixgbe_reset__defaults(struct ixgbe *chip)
{
	memset(chip->registers, 0, sizeof(chip->registers));
	memset(chip->tx, 0, sizeof(chip->tx));
	memset(chip->tx_armed, 0, sizeof(chip->tx_armed));

	ixgbe_interrupts__reset(chip);
	ixgbe_link__reset(chip);
	ixgbe_eeprom__reset(chip);
	ixgbe_flow_director__reset(chip);
	ixgbe_filter__reset(chip, nic__mac(chip->nic));
	ixgbe__set_register(chip, VLNCTRL, VLNCTRL_DEFAULT);
	ixgbe__set_register(chip, DMATXCTL, DMATXCTL_DEFAULT);
	ixgbe__set_register(chip, DTXTCPFLGL, DTXTCPFLGL_DEFAULT);
	ixgbe__set_register(chip, DTXTCPFLGH, DTXTCPFLGH_DEFAULT);
	ixgbe__set_register(chip, RXPBSIZE(0), RXPBSIZE_DEFAULT);
	ixgbe__set_register(chip, RDRXCTL, RDRXCTL_INIT_DONE | RDRXCTL_CRC_STRIP);
	ixgbe__set_register(chip, SECTXSTAT, SECSTAT_READY | SECSTAT_NOT_FITTED);
	ixgbe__set_register(chip, SECRXSTAT, SECSTAT_READY | SECSTAT_NOT_FITTED);
	chip->counters.resets++;
	/* Frames that wait at the wire have nothing to wait for. */
	nic__room(chip->nic);
}

void ixgbe_reset__all(struct ixgbe *chip)
{
	ixgbe_sfp__reset(chip);
	ixgbe_reset__defaults(chip);
}

/* 4.2.1, CTRL.RST and LRST: done when the write returns. The semaphores outlive it. */
void ixgbe_reset__software(struct ixgbe *chip)
{
	uint32_t semaphore = ixgbe__register(chip, SWSM);
	uint32_t owners = ixgbe__register(chip, SW_FW_SYNC);

	ixgbe_reset__defaults(chip);
	ixgbe__set_register(chip, SWSM, semaphore);
	ixgbe__set_register(chip, SW_FW_SYNC, owners);
}
