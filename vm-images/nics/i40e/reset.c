// SPDX-License-Identifier: MIT
/*
 * Resets (datasheet section 4.1, "Reset operation"). A power, core or global reset brings
 * everything to its default; that of the function ends the function's queues, interrupts and
 * switch configuration, and leaves filters' settings (RSS) and statistics alone.
 */
#include <string.h>

#include "frame/bytes.h"
#include "filter.h"
#include "i40e.h"
#include "interrupts.h"
#include "link.h"
#include "nvm.h"
#include "registers.h"
#include "reset.h"
#include "vsi.h"

/* Drivers check the least FCoE tables against it even when there is no FCoE. */
#define FCOE_FILTERS_MAX 0x1000u

/* What the fields of an input set say (section 7.1, "Receive classification"). */
#define INSET_IPV4 ((UINT64_C(3) << 47) | (UINT64_C(3) << 35))
#define INSET_IPV6 ((UINT64_C(0xff) << 43) | (UINT64_C(0xff) << 35))
#define INSET_PORTS (UINT64_C(3) << 33)

static const struct {
	uint8_t type;
	uint64_t fields;
} default_inputs[] = {
	{ 31, INSET_IPV4 | INSET_PORTS },	/* UDP */
	{ 33, INSET_IPV4 | INSET_PORTS },	/* TCP */
	{ 34, INSET_IPV4 | INSET_PORTS },	/* SCTP */
	{ 35, INSET_IPV4 },			/* other */
	{ 36, INSET_IPV4 },			/* fragment */
	{ 41, INSET_IPV6 | INSET_PORTS },
	{ 43, INSET_IPV6 | INSET_PORTS },
	{ 44, INSET_IPV6 | INSET_PORTS },
	{ 45, INSET_IPV6 },
	{ 46, INSET_IPV6 },
};

static void registers__default(struct i40e *chip)
{
	const uint8_t *mac = nic__mac(chip->nic);
	unsigned int i;

	memset(chip->registers, 0, sizeof(chip->registers));
	i40e__set_register(chip, GLPCI_CNF2, I40E_VECTORS << CNF2_PF_VECTORS_LOW);
	i40e__set_register(chip, PFPCI_SUBSYSID, 0x00018086);
	i40e__set_register(chip, GLGEN_PCIFCNCNT, 1);
	i40e__set_register(chip, GLGEN_RSTCTL, RSTCTL_DELAY);
	for (i = 1; i < 4; i++)
		i40e__set_register(chip, PRTGEN_CNF(i), PRTGEN_CNF_DISABLED);
	i40e__set_register(chip, PRTGL_SAL, le32(mac));
	i40e__set_register(chip, PRTGL_SAH, le16(mac + 4) | I40E_FRAME_MAX << SAH_FRAME_MAX_LOW);

	i40e__set_register(chip, GLNVM_GENS, GENS_PRESENT | 2 << GENS_SIZE_LOW);	/* 4 KB */
	i40e__set_register(chip, GLNVM_FLA, FLA_LOCKED);
	i40e__set_register(chip, GLNVM_SRCTL, SRCTL_DONE);
	i40e__set_register(chip, GLNVM_ULD, ULD_ALL_DONE);

	i40e__set_register(chip, GLHMC_LANTXOBJSZ, 7);	/* logarithms of bytes */
	i40e__set_register(chip, GLHMC_LANRXOBJSZ, 5);
	i40e__set_register(chip, GLHMC_FCOEDDPOBJSZ, 6);
	i40e__set_register(chip, GLHMC_FCOEFOBJSZ, 6);
	i40e__set_register(chip, GLHMC_FCOEFMAX, FCOE_FILTERS_MAX);
	i40e__set_register(chip, GLHMC_LANQMAX, I40E_QUEUES);
	i40e__set_register(chip, PFLAN_QALLOC, (I40E_QUEUES - 1) << QALLOC_LAST_LOW | QALLOC_VALID);
	i40e__set_register(chip, GLLAN_MSS, 64u << MSS_MINIMUM_LOW);
	i40e__set_register(chip, PRTTSYN_CTL0, 0xfu << PRTTSYN_CTL0_OWNER_LOW);

	for (i = 0; i < sizeof(default_inputs) / sizeof(default_inputs[0]); i++) {
		unsigned int type = default_inputs[i].type;
		uint64_t fields = default_inputs[i].fields;

		i40e__set_register(chip, PRTQF_FD_INSET(type, 0), fields);
		i40e__set_register(chip, PRTQF_FD_INSET(type, 1), fields >> 32);
		i40e__set_register(chip, GLQF_HASH_INSET(0, type), fields);
		i40e__set_register(chip, GLQF_HASH_INSET(1, type), fields >> 32);
	}
}

/* What a reset of the function does to the function. Counters stay. */
static void function__default(struct i40e *chip)
{
	struct i40e_filter filter = { .kind = I40E_FILTER_ADDRESS };
	unsigned int i;

	for (i = 0; i < I40E_QUEUES; i++) {
		chip->tx.ring[i] = (struct tx_ring){ .frames = chip->tx.ring[i].frames };
		chip->rx[i] = (struct rx_ring){ .frames = chip->rx[i].frames };
	}
	for (i = 0; i < I40E_VECTORS; i++)
		nic__set_timer(chip->nic, i, 0);
	memset(chip->vectors, 0, sizeof(chip->vectors));
	chip->causes = 0;
	memset(chip->segments, 0, sizeof(chip->segments));
	memset(&chip->flows, 0, sizeof(chip->flows));
	memset(chip->tunnel_ports, 0, sizeof(chip->tunnel_ports));
	memset(chip->blocked_ethertypes, 0, sizeof(chip->blocked_ethertypes));
	chip->tx.wire_full = false;

	memcpy(chip->address, nic__mac(chip->nic), 6);
	memset(chip->vsis, 0, sizeof(chip->vsis));
	memset(chip->vebs, 0, sizeof(chip->vebs));
	i40e_vsi__add(chip, VSI_UPLINK_MAC);
	/* Firmware lets frames for the port's address pass until the driver says more. */
	chip->filter_count = 0;
	memcpy(filter.address, chip->address, 6);
	i40e_filter__add(chip, &filter);

	chip->link = (struct intel_link){
		.enabled = true,
		.frame_max = I40E_FRAME_MAX,
		.types = LINK_TYPES,
		.speed = LINK_SPEED_40G,
		.abilities = PHY_LINK_ENABLE | PHY_NEGOTIATE,
	};
	chip->link.up = intel_link__is_up(&chip->link, chip->nic);
}

void i40e_reset__function(struct i40e *chip)
{
	uint32_t *registers = chip->registers;
	unsigned int i;

	intel_reset__clear(registers, PF_ATQBAL, 10, 128);	/* up to PF_ARQT */
	intel_reset__clear(registers, PFHMC_SDCMD, 6, 256);	/* up to PFHMC_ERRORDATA */
	intel_reset__clear(registers, GLHMC_LANTXCNT, 1, 4);
	intel_reset__clear(registers, GLHMC_LANRXCNT, 1, 4);
	intel_reset__clear(registers, PFINT_ITR0(0), 3, 128);
	intel_reset__clear(registers, PFINT_ICR0_ENA, 1, 4);
	for (i = 0; i < 3; i++)
		intel_reset__clear(registers, PFINT_ITRN(i, 0), I40E_VECTORS, 4);
	intel_reset__clear(registers, PFINT_LNKLST0, 1, 4);
	intel_reset__clear(registers, PFINT_LNKLSTN(0), I40E_VECTORS, 4);
	intel_reset__clear(registers, PFINT_RATEN(0), I40E_VECTORS, 4);
	intel_reset__clear(registers, QINT_RQCTL(0), I40E_QUEUES, 4);
	intel_reset__clear(registers, QINT_TQCTL(0), I40E_QUEUES, 4);
	intel_reset__clear(registers, QTX_ENA(0), I40E_QUEUES, 4);
	intel_reset__clear(registers, QTX_TAIL(0), I40E_QUEUES, 4);
	intel_reset__clear(registers, QRX_ENA(0), I40E_QUEUES, 4);
	intel_reset__clear(registers, QRX_TAIL(0), I40E_QUEUES, 4);
	function__default(chip);
	intel_reset__keep(chip->nic, chip->reset_type);
	chip->counters.resets++;
	nic__room(chip->nic);
}

void i40e_reset__all(struct i40e *chip)
{
	nic__set_timer(chip->nic, INTEL_TIMER_RESET, 0);
	chip->reset_type = 0;
	registers__default(chip);
	i40e_nvm__fill(chip);
	function__default(chip);
	chip->counters.resets++;
	nic__room(chip->nic);
}

void i40e_reset__announce(struct i40e *chip, uint32_t trigger)
{
	if (intel_reset__announce(chip->nic, chip->registers, &chip->reset_type, trigger))
		i40e_interrupts__cause(chip, ICR0_RESET);
}

void i40e_reset__finish(struct i40e *chip)
{
	uint32_t type = chip->reset_type;

	i40e_reset__all(chip);
	i40e__set_register(chip, GLGEN_RSTAT, type << RSTAT_TYPE_LOW);
}
