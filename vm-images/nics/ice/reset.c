// SPDX-License-Identifier: MIT
/*
 * Resets (ice_common.c:ice_reset, ice_main.c:ice_rebuild). A power, core or global reset brings
 * everything to its default, and takes the package; that of the function ends its queues,
 * interrupts and what it has in the switch and the scheduler, and leaves statistics and the package
 * alone.
 */
#include <string.h>

#include "ice.h"
#include "interrupts.h"
#include "link.h"
#include "nvm.h"
#include "queues.h"
#include "registers.h"
#include "reset.h"
#include "scheduler.h"


static void registers__default(struct ice *chip)
{
	memset(chip->registers, 0, sizeof(chip->registers));
	ice__set_register(chip, GLGEN_RSTCTL, RSTCTL_DELAY);
	ice__set_register(chip, GL_PWR_MODE_CTL, PWR_MODE_100G);
	ice__set_register(chip, GLNVM_GENS, GENS_PRESENT | 2 << GENS_SIZE_LOW);	/* 4 KB */
	ice__set_register(chip, GLNVM_FLA, FLA_LOCKED);
	ice__set_register(chip, GLNVM_ULD, ULD_ALL_DONE);
	/*
	 * Drivers count on a flow director (ice_main.c:ice_set_pf_caps). Its only filter is another
	 * function's: none can be added.
	 */
	ice__set_register(chip, GLQF_FD_SIZE, 1u << FD_SHARED_LOW);
	ice__set_register(chip, GLQF_FD_CNT, 1u << FD_SHARED_LOW);
}

void ice_reset__configuration(struct ice *chip)
{
	unsigned int i;

	for (i = 0; i < ICE_QUEUES; i++) {
		ice_queue__disable_tx(chip, i);
		ice_queue__enable_rx(chip, i, 0);
	}
	memset(chip->vsis, 0, sizeof(chip->vsis));
	memset(chip->vsi_lists, 0, sizeof(chip->vsi_lists));
	memset(chip->rules, 0, sizeof(chip->rules));
	chip->rules_end = 0;
	memset(chip->resources, 0, sizeof(chip->resources));
	memset(chip->rss_pf_table, 0, sizeof(chip->rss_pf_table));
	memset(chip->rss_global_tables, 0, sizeof(chip->rss_global_tables));
	chip->rate_profiles = 0;
	ice_scheduler__default(chip);
}

/* What a reset of the function does to the function. Counters stay. */
static void function__default(struct ice *chip)
{
	unsigned int i;

	ice_reset__configuration(chip);
	for (i = 0; i < ICE_VECTORS; i++)
		nic__set_timer(chip->nic, i, 0);
	memset(chip->vectors, 0, sizeof(chip->vectors));
	memset(chip->locks, 0, sizeof(chip->locks));
	chip->package.loading = false;
	chip->causes = 0;
	chip->tx.wire_full = false;
	memcpy(chip->address, nic__mac(chip->nic), 6);

	chip->link = (struct intel_link){
		.enabled = true,
		.frame_max = ICE_FRAME_MAX,
		.types = LINK_TYPES,
		.abilities = PHY_LINK_ENABLE | PHY_NEGOTIATE,
	};
	chip->link.up = intel_link__is_up(&chip->link, chip->nic);
}

void ice_reset__function(struct ice *chip)
{
	uint32_t *registers = chip->registers;
	unsigned int i;

	intel_reset__clear(registers, PF_FW_ATQBAL, 10, 128);	/* up to PF_FW_ARQT */
	intel_reset__clear(registers, PFINT_FW_CTL, 1, 4);
	intel_reset__clear(registers, PFINT_MBX_CTL, 1, 4);
	intel_reset__clear(registers, PFINT_OICR_ENA, 1, 4);
	intel_reset__clear(registers, PFINT_OICR_CTL, 1, 4);
	intel_reset__clear(registers, GLINT_DYN_CTL(0), ICE_VECTORS, 4);
	intel_reset__clear(registers, GLINT_RATE(0), ICE_VECTORS, 4);
	for (i = 0; i < ITR_NONE; i++)
		intel_reset__clear(registers, GLINT_ITR(i, 0), ICE_VECTORS, 4);
	intel_reset__clear(registers, QINT_RQCTL(0), ICE_QUEUES, 4);
	intel_reset__clear(registers, QINT_TQCTL(0), ICE_QUEUES, 4);
	intel_reset__clear(registers, QRX_TAIL(0), ICE_QUEUES, 4);
	function__default(chip);
	intel_reset__keep(chip->nic, chip->reset_type);
	chip->counters.resets++;
	nic__room(chip->nic);
}

void ice_reset__all(struct ice *chip)
{
	nic__set_timer(chip->nic, INTEL_TIMER_RESET, 0);
	chip->reset_type = 0;
	registers__default(chip);
	ice_nvm__fill(chip);
	chip->package = (struct ice_package){ 0 };
	function__default(chip);
	chip->counters.resets++;
	nic__room(chip->nic);
}

void ice_reset__announce(struct ice *chip, uint32_t trigger)
{
	if (intel_reset__announce(chip->nic, chip->registers, &chip->reset_type, trigger))
		ice_interrupts__cause(chip, OICR_RESET);
}

void ice_reset__finish(struct ice *chip)
{
	uint32_t type = chip->reset_type;

	ice_reset__all(chip);
	ice__set_register(chip, GLGEN_RSTAT, type << RSTAT_TYPE_LOW);
}
