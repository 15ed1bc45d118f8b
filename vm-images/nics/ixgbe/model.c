// SPDX-License-Identifier: MIT
/* The 82599 as a model: its place on the bus, its resets, and who has which register. */
#include <string.h>

#include "ixgbe.h"
#include "model.h"

#define BAR_REGISTERS		0
#define BAR_MSIX		4
#define MSIX_PENDING		0x2000

/* 8.2.3.7, 8.2.3.9: what the driver leaves as it is. */
#define VLNCTRL_DEFAULT		0x8100u
#define DMATXCTL_DEFAULT	(0x8100u << DMATXCTL_VLAN_SHIFT)
#define DTXTCPFLGL_DEFAULT	0x0ff60ff6u
#define DTXTCPFLGH_DEFAULT	0x00000f7fu
#define RXPBSIZE_DEFAULT	(512u << 10)

static struct ixgbe *ixgbe__of(struct nic *nic)
{
	struct ixgbe *chip = nic__state(nic);

	chip->nic = nic;
	return chip;
}

/* Every register to its default; what the EEPROM says is read anew. */
static void ixgbe__load_defaults(struct ixgbe *chip)
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

static void ixgbe__reset(struct nic *nic, enum nic_reset kind)
{
	struct ixgbe *chip = ixgbe__of(nic);

	(void)kind;
	ixgbe_sfp__reset(chip);
	ixgbe__load_defaults(chip);
}

/* 4.2.1, CTRL.RST and LRST: done when the write returns. The semaphores outlive it. */
static void ixgbe__software_reset(struct ixgbe *chip)
{
	uint32_t semaphore = ixgbe__register(chip, SWSM);
	uint32_t owners = ixgbe__register(chip, SW_FW_SYNC);

	ixgbe__load_defaults(chip);
	ixgbe__set_register(chip, SWSM, semaphore);
	ixgbe__set_register(chip, SW_FW_SYNC, owners);
}

/* Registers with two offsets: 16 words each, which are elsewhere in bigger arrays. */
static uint32_t ixgbe__resolve(uint32_t offset)
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

static uint32_t ixgbe__read32(struct ixgbe *chip, uint32_t offset)
{
	uint32_t value = 0;

	offset = ixgbe__resolve(offset);
	if (ixgbe_interrupts__read(chip, offset, &value) ||
	    ixgbe_statistics__read(chip, offset, &value) ||
	    ixgbe_link__read(chip, offset, &value) ||
	    ixgbe_flow_director__read(chip, offset, &value) ||
	    ixgbe_eeprom__read(chip, offset, &value) ||
	    ixgbe_sfp__read(chip, offset, &value))
		return value;
	return ixgbe__register(chip, offset);
}

static bool ixgbe__write_own(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case CTRL:
		if (value & (CTRL_RESET | CTRL_LINK_RESET))
			ixgbe__software_reset(chip);
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

static void ixgbe__write32(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	offset = ixgbe__resolve(offset);
	if (ixgbe_tx__write(chip, offset, value) ||
	    ixgbe_statistics__write(offset) ||
	    ixgbe_rx__write(chip, offset, value) ||
	    ixgbe_interrupts__write(chip, offset, value) ||
	    ixgbe_link__write(chip, offset, value) ||
	    ixgbe_flow_director__write(chip, offset, value) ||
	    ixgbe_filter__write(chip, offset, value) ||
	    ixgbe_eeprom__write(chip, offset, value) ||
	    ixgbe_sfp__write(chip, offset, value) ||
	    ixgbe__write_own(chip, offset, value))
		return;
	ixgbe__set_register(chip, offset, value);
}

/* 8.1: registers are 32 bits wide; 64 bits are two of them, fewer are a part of one. */
static uint64_t ixgbe__read(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size)
{
	struct ixgbe *chip = ixgbe__of(nic);
	uint32_t word = (uint32_t)offset & ~3u, shift = (uint32_t)offset % 4 * 8;
	uint64_t value;

	if (bar != BAR_REGISTERS)
		return 0;
	value = ixgbe__read32(chip, word);
	if (shift / 8 + size > 4)
		value |= (uint64_t)ixgbe__read32(chip, word + 4) << 32;
	value >>= shift;
	return size == 8 ? value : value & ((UINT64_C(1) << 8 * size) - 1);
}

static void ixgbe__write(struct nic *nic, unsigned int bar, uint64_t offset, uint64_t value,
			 unsigned int size)
{
	struct ixgbe *chip = ixgbe__of(nic);

	if (bar != BAR_REGISTERS)
		return;
	if (size < 4 || offset % 4) {
		nic__warn(nic, "a write of %u bytes that is not one of whole registers", size);
		return;
	}
	ixgbe__write32(chip, (uint32_t)offset, (uint32_t)value);
	if (size == 8)
		ixgbe__write32(chip, (uint32_t)offset + 4, (uint32_t)(value >> 32));
}

static bool ixgbe__work(struct nic *nic)
{
	return ixgbe_tx__work(ixgbe__of(nic));
}

static bool ixgbe__receive(struct nic *nic, const void *frame, size_t bytes)
{
	struct ixgbe *chip = ixgbe__of(nic);

	if (bytes > NIC_FRAME_MAX || ixgbe_link__loops_back(chip)) {
		chip->counters.rx_filtered++;
		return true;
	}
	return ixgbe_rx__receive(chip, frame, bytes);
}

static void ixgbe__missed(struct nic *nic)
{
	struct ixgbe *chip = ixgbe__of(nic);

	chip->counters.rx_missed++;
	ixgbe_statistics__add(chip, MPC(0), 1);
	ixgbe_interrupts__raise_other(chip, CAUSE_RX_MISS);
}

static void ixgbe__link(struct nic *nic, bool up)
{
	(void)up;
	ixgbe_link__change(ixgbe__of(nic));
}

static void ixgbe__timer(struct nic *nic, unsigned int timer)
{
	ixgbe_interrupts__timer(ixgbe__of(nic), timer);
}

static size_t ixgbe__counters(struct nic *nic, struct nic_counter *counters, size_t room)
{
	return ixgbe_counters__list(ixgbe__of(nic), counters, room);
}

const struct nic_model ixgbe_model = {
	.name = "ixgbe",
	.title = "Intel 82599",
	.vendor = 0x8086,
	.device = 0x10fb,
	.subsystem_vendor = 0x8086,
	.subsystem = 0x0003,
	.revision = 1,
	.class_code = 0x020000,
	.bars = {
		[BAR_REGISTERS] = { .size = IXGBE_BAR_BYTES, .wide = true, .prefetchable = true },
		[BAR_MSIX] = { .size = 0x4000, .wide = true, .prefetchable = true },
	},
	.capabilities = { .power = 0x40, .msix = 0x70, .express = 0xa0 },
	.msix = { .vectors = IXGBE_VECTORS, .bar = BAR_MSIX, .pending = MSIX_PENDING },
	.state_bytes = sizeof(struct ixgbe),
	.reset = ixgbe__reset,
	.read = ixgbe__read,
	.write = ixgbe__write,
	.work = ixgbe__work,
	.receive = ixgbe__receive,
	.missed = ixgbe__missed,
	.link = ixgbe__link,
	.timer = ixgbe__timer,
	.counters = ixgbe__counters,
};
