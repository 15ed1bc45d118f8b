// SPDX-License-Identifier: MIT
/*
 * Resets (datasheet section 4.1, "Reset operation"). A power, core or global reset brings
 * everything to its default; that of the function ends the function's queues, interrupts and
 * switch configuration, and leaves filters' settings (RSS) and statistics alone.
 */
#include <string.h>

#include "frame/bytes.h"
#include "i40e.h"
#include "link.h"
#include "registers.h"
#include "vsi.h"

#define RESET_NS 10000000u
#define RESET_DELAY_UNITS 2u		/* GLGEN_RSTCTL.GRSTDEL, of 100 ms: it takes no longer */
/* Drivers check the least FCoE tables against it even when there is no FCoE. */
#define FCOE_FILTERS_MAX 0x1000u
#define RSTAT_CORE 1u
#define RSTAT_GLOBAL 2u

/* What the fields of an input set say (section 7.1, "Receive classification"). */
#define INSET_IPV4 ((UINT64_C(3) << 47) | (UINT64_C(3) << 35))
#define INSET_IPV6 ((UINT64_C(0xFF) << 43) | (UINT64_C(0xFF) << 35))
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

static void registers__default(struct nic *nic)
{
	struct i40e *i40e = i40e__of(nic);
	const uint8_t *mac = nic__mac(nic);
	unsigned int i;

	memset(i40e->registers, 0, sizeof(i40e->registers));
	i40e__set_register(i40e, GLPCI_CNF2, I40E_VECTORS << CNF2_PF_VECTORS_LOW);
	i40e__set_register(i40e, PFPCI_SUBSYSID, 0x00018086);
	i40e__set_register(i40e, GLGEN_PCIFCNCNT, 1);
	i40e__set_register(i40e, GLGEN_RSTCTL, RESET_DELAY_UNITS);
	for (i = 1; i < 4; i++)
		i40e__set_register(i40e, PRTGEN_CNF(i), PRTGEN_CNF_DISABLED);
	i40e__set_register(i40e, PRTGL_SAL, le32(mac));
	i40e__set_register(i40e, PRTGL_SAH, le16(mac + 4) | I40E_FRAME_MAX << SAH_FRAME_MAX_LOW);

	i40e__set_register(i40e, GLNVM_GENS, GENS_PRESENT | 2 << GENS_SIZE_LOW);	/* 4 KB */
	i40e__set_register(i40e, GLNVM_FLA, FLA_LOCKED);
	i40e__set_register(i40e, GLNVM_SRCTL, SRCTL_DONE);
	i40e__set_register(i40e, GLNVM_ULD, ULD_ALL_DONE);

	i40e__set_register(i40e, GLHMC_LANTXOBJSZ, 7);	/* logarithms of bytes */
	i40e__set_register(i40e, GLHMC_LANRXOBJSZ, 5);
	i40e__set_register(i40e, GLHMC_FCOEDDPOBJSZ, 6);
	i40e__set_register(i40e, GLHMC_FCOEFOBJSZ, 6);
	i40e__set_register(i40e, GLHMC_FCOEFMAX, FCOE_FILTERS_MAX);
	i40e__set_register(i40e, GLHMC_LANQMAX, I40E_QUEUES);
	i40e__set_register(i40e, PFLAN_QALLOC, (I40E_QUEUES - 1) << QALLOC_LAST_LOW | QALLOC_VALID);
	i40e__set_register(i40e, GLLAN_MSS, 64u << MSS_MINIMUM_LOW);
	i40e__set_register(i40e, PRTTSYN_CTL0, 0xFu << PRTTSYN_CTL0_OWNER_LOW);

	for (i = 0; i < sizeof(default_inputs) / sizeof(default_inputs[0]); i++) {
		unsigned int type = default_inputs[i].type;
		uint64_t fields = default_inputs[i].fields;

		i40e__set_register(i40e, PRTQF_FD_INSET(type, 0), fields);
		i40e__set_register(i40e, PRTQF_FD_INSET(type, 1), fields >> 32);
		i40e__set_register(i40e, GLQF_HASH_INSET(0, type), fields);
		i40e__set_register(i40e, GLQF_HASH_INSET(1, type), fields >> 32);
	}
}

/* What a reset of the function does to the function. Counters stay. */
static void function__default(struct nic *nic)
{
	struct i40e *i40e = i40e__of(nic);
	struct i40e_filter filter = { .kind = I40E_FILTER_ADDRESS };
	unsigned int i;

	for (i = 0; i < I40E_QUEUES; i++) {
		i40e->tx[i] = (struct i40e_tx_queue){ .frames = i40e->tx[i].frames };
		i40e->rx[i] = (struct i40e_rx_queue){ .frames = i40e->rx[i].frames };
	}
	for (i = 0; i < I40E_VECTORS; i++)
		nic__set_timer(nic, i, 0);
	memset(i40e->vectors, 0, sizeof(i40e->vectors));
	i40e->causes = 0;
	memset(i40e->segments, 0, sizeof(i40e->segments));
	memset(&i40e->flows, 0, sizeof(i40e->flows));
	memset(i40e->tunnel_ports, 0, sizeof(i40e->tunnel_ports));
	memset(i40e->blocked_ethertypes, 0, sizeof(i40e->blocked_ethertypes));
	i40e->wire_full = false;

	memcpy(i40e->address, nic__mac(nic), 6);
	memset(i40e->vsis, 0, sizeof(i40e->vsis));
	memset(i40e->vebs, 0, sizeof(i40e->vebs));
	i40e_vsi__add(i40e, VSI_UPLINK_MAC);
	/* Firmware lets frames for the port's address pass until the driver says more. */
	i40e->filter_count = 0;
	memcpy(filter.address, i40e->address, 6);
	i40e_filter__add(i40e, &filter);

	i40e->link = (struct i40e_link){
		.enabled = true,
		.frame_max = I40E_FRAME_MAX,
		.types = LINK_TYPES,
		.speed = LINK_SPEED_40G,
		.abilities = PHY_LINK_ENABLE | PHY_NEGOTIATE,
	};
	i40e->link.up = i40e_link__is_up(nic);
}

static void registers__clear(struct i40e *i40e, uint32_t first, unsigned int count,
			     unsigned int stride)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		i40e__set_register(i40e, first + i * stride, 0);
}

void i40e_reset__function(struct nic *nic)
{
	struct i40e *i40e = i40e__of(nic);
	unsigned int i;

	registers__clear(i40e, PF_ATQBAL, 10, 128);	/* up to PF_ARQT */
	registers__clear(i40e, PFHMC_SDCMD, 6, 256);	/* up to PFHMC_ERRORDATA */
	registers__clear(i40e, GLHMC_LANTXCNT, 1, 4);
	registers__clear(i40e, GLHMC_LANRXCNT, 1, 4);
	registers__clear(i40e, PFINT_ITR0(0), 3, 128);
	registers__clear(i40e, PFINT_ICR0_ENA, 1, 4);
	for (i = 0; i < 3; i++)
		registers__clear(i40e, PFINT_ITRN(i, 0), I40E_VECTORS, 4);
	registers__clear(i40e, PFINT_LNKLST0, 1, 4);
	registers__clear(i40e, PFINT_LNKLSTN(0), I40E_VECTORS, 4);
	registers__clear(i40e, PFINT_RATEN(0), I40E_VECTORS, 4);
	registers__clear(i40e, QINT_RQCTL(0), I40E_QUEUES, 4);
	registers__clear(i40e, QINT_TQCTL(0), I40E_QUEUES, 4);
	registers__clear(i40e, QTX_ENA(0), I40E_QUEUES, 4);
	registers__clear(i40e, QTX_TAIL(0), I40E_QUEUES, 4);
	registers__clear(i40e, QRX_ENA(0), I40E_QUEUES, 4);
	registers__clear(i40e, QRX_TAIL(0), I40E_QUEUES, 4);
	function__default(nic);
	i40e->counters.resets++;
	nic__room(nic);
}

void i40e_reset__all(struct nic *nic)
{
	struct i40e *i40e = i40e__of(nic);

	nic__set_timer(nic, I40E_TIMER_RESET, 0);
	i40e->reset_type = 0;
	registers__default(nic);
	i40e_nvm__fill(i40e);
	function__default(nic);
	i40e->counters.resets++;
	nic__room(nic);
}

/* GLGEN_RTRIG: functions learn of it by an interrupt, and poll GLGEN_RSTAT for its end. */
void i40e_reset__announce(struct nic *nic, uint32_t trigger)
{
	struct i40e *i40e = i40e__of(nic);

	if (i40e->reset_type || !(trigger & (RTRIG_CORE | RTRIG_GLOBAL)))
		return;
	i40e->reset_type = trigger & RTRIG_GLOBAL ? RSTAT_GLOBAL : RSTAT_CORE;
	i40e__set_register(i40e, GLGEN_RSTAT,
			   RSTAT_DEVSTATE_BUSY | i40e->reset_type << RSTAT_TYPE_LOW);
	i40e_interrupt__cause(nic, ICR0_RESET);
	nic__set_timer(nic, I40E_TIMER_RESET, RESET_NS);
}

void i40e_reset__finish(struct nic *nic)
{
	struct i40e *i40e = i40e__of(nic);
	uint32_t type = i40e->reset_type;

	i40e_reset__all(nic);
	i40e__set_register(i40e, GLGEN_RSTAT, type << RSTAT_TYPE_LOW);
}
