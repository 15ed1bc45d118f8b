// SPDX-License-Identifier: MIT
/* Capabilities: power management, MSI-X, PCI Express endpoint, Device Serial Number. */
#include <errno.h>

#include "core/nic.h"
#include "config_space.h"
#include "interrupts.h"
#include "pci_capabilities.h"

enum { CAPABILITY_POWER = 0x01, CAPABILITY_EXPRESS = 0x10, CAPABILITY_MSIX = 0x11 };
enum { EXTENDED_SERIAL = 0x0003 };

/* PCI Power Management 1.2, 3.2: capabilities at 2, control and status at 4. */
#define POWER_BYTES		8
#define POWER_VERSION_3		0x0003
#define POWER_STATE		0x0003
#define POWER_NO_SOFT_RESET	(1u << 3)	/* leaving D3hot loses nothing */

/* PCI 3.0, 6.8.2: message control at 2, table at 4, pending bits at 8. */
#define MSIX_BYTES		12
#define MSIX_ENTRY_BYTES	16
#define MSIX_MASK_ALL		(1u << 14)
#define MSIX_ENABLE		(1u << 15)

/* PCI Express 3.0, 7.8: offsets from the capability. */
enum {
	EXPRESS_CAPABILITIES = 0x02,
	EXPRESS_DEVICE = 0x04,
	EXPRESS_DEVICE_CONTROL = 0x08,
	EXPRESS_LINK = 0x0c,
	EXPRESS_LINK_CONTROL = 0x10,
	EXPRESS_LINK_STATUS = 0x12,
	EXPRESS_DEVICE_2 = 0x24,
	EXPRESS_DEVICE_CONTROL_2 = 0x28,
	EXPRESS_LINK_CONTROL_2 = 0x30,
	EXPRESS_BYTES = 0x3c,
};

#define EXPRESS_VERSION_2	0x0002		/* and device type 0: an endpoint */
/* Device capabilities, 7.8.3: 512-byte payloads, role-based errors, function-level reset. */
#define EXPRESS_PAYLOAD_512	2u
#define EXPRESS_ROLE_BASED	(1u << 15)
#define EXPRESS_RESET		(1u << 28)
/* Device control, 7.8.4: relaxed ordering, no snoop, 512-byte read requests; reset. */
#define EXPRESS_CONTROL_DEFAULT	0x2810
#define EXPRESS_CONTROL_BITS	0x7fff
#define EXPRESS_CONTROL_RESET	(1u << 15)
/* Link, 7.8.6 and 7.8.8: 5 GT/s, 8 lanes. */
#define EXPRESS_LINK_5GT_X8	(2u | 8u << 4)
#define EXPRESS_LINK_BITS	0x00c3		/* ASPM, common clock, extended synch */
/* Device control 2, 7.8.16: completion timeouts. */
#define EXPRESS_TIMEOUTS	0x001f

/* 7.12: the first extended capability. */
#define SERIAL_AT		PCI_EXTENDED_FIRST
#define SERIAL_VERSION		1u

static void pci__create_power(struct pci *pci, unsigned int at)
{
	pci__put16(pci->bytes, at + 2, POWER_VERSION_3);
	pci__put16(pci->bytes, at + 4, POWER_NO_SOFT_RESET);
	pci__put16(pci->writable, at + 4, POWER_STATE);
}

static void pci__create_msix(struct pci *pci, unsigned int at)
{
	const struct nic_msix *msix = &pci->model->msix;

	pci__put16(pci->bytes, at + 2, msix->vectors - 1);
	pci__put16(pci->writable, at + 2, MSIX_ENABLE | MSIX_MASK_ALL);
	pci__put32(pci->bytes, at + 4, msix->table | msix->bar);
	pci__put32(pci->bytes, at + 8, msix->pending | msix->bar);
}

static void pci__create_express(struct pci *pci, unsigned int at)
{
	pci__put16(pci->bytes, at + EXPRESS_CAPABILITIES, EXPRESS_VERSION_2);
	pci__put32(pci->bytes, at + EXPRESS_DEVICE,
		   EXPRESS_PAYLOAD_512 | EXPRESS_ROLE_BASED | EXPRESS_RESET);
	pci__put16(pci->writable, at + EXPRESS_DEVICE_CONTROL, EXPRESS_CONTROL_BITS);
	pci__put32(pci->bytes, at + EXPRESS_LINK, EXPRESS_LINK_5GT_X8);
	pci__put16(pci->writable, at + EXPRESS_LINK_CONTROL, EXPRESS_LINK_BITS);
	pci__put16(pci->bytes, at + EXPRESS_LINK_STATUS, EXPRESS_LINK_5GT_X8);
	pci__put16(pci->writable, at + EXPRESS_DEVICE_CONTROL_2, EXPRESS_TIMEOUTS);
	pci__put16(pci->bytes, at + EXPRESS_LINK_CONTROL_2, EXPRESS_LINK_5GT_X8 & 0xf);
}

/* The EUI-64 of the address, of which the last byte is the lowest. */
static void pci__create_serial(struct pci *pci, const uint8_t mac[6])
{
	pci__put32(pci->bytes, SERIAL_AT, EXTENDED_SERIAL | SERIAL_VERSION << 16);
	pci__put32(pci->bytes, SERIAL_AT + 4,
		   0xff000000u | (uint32_t)mac[3] << 16 | mac[4] << 8 | mac[5]);
	pci__put32(pci->bytes, SERIAL_AT + 8,
		   (uint32_t)mac[0] << 24 | mac[1] << 16 | mac[2] << 8 | 0xff);
}

struct capability {
	unsigned int at;	/* 0: not there, or done */
	unsigned int id, bytes;
	void (*create)(struct pci *pci, unsigned int at);
};

/* Table and pending bits lie in a BAR that is there, and not over each other. */
static bool msix__is_possible(const struct nic_model *model)
{
	const struct nic_msix *msix = &model->msix;
	uint64_t table_end = (uint64_t)msix->table + MSIX_ENTRY_BYTES * msix->vectors;
	uint64_t pending_end = (uint64_t)msix->pending + (msix->vectors + 63) / 64 * 8;

	return msix->vectors && msix->vectors <= INTERRUPTS_MAX && msix->bar < NIC_BARS &&
	       !(msix->table & 7) && !(msix->pending & 7) &&
	       table_end <= model->bars[msix->bar].size &&
	       pending_end <= model->bars[msix->bar].size &&
	       (table_end <= msix->pending || pending_end <= msix->table);
}

int pci__create_capabilities(struct pci *pci, const uint8_t mac[6])
{
	const struct nic_capabilities *offsets = &pci->model->capabilities;
	struct capability list[] = {
		{ offsets->power, CAPABILITY_POWER, POWER_BYTES, pci__create_power },
		{ offsets->msix, CAPABILITY_MSIX, MSIX_BYTES, pci__create_msix },
		{ offsets->express, CAPABILITY_EXPRESS, EXPRESS_BYTES, pci__create_express },
	};
	unsigned int free_from = PCI_CAPABILITIES_FIRST, link = PCI_CAPABILITIES;

	if (offsets->msix && !msix__is_possible(pci->model))
		return -EINVAL;
	/* Linked in the order of their offsets: each round takes the lowest that is left. */
	for (;;) {
		unsigned int lowest = 0;

		for (unsigned int i = 1; i < 3; i++) {
			if (list[i].at && (!list[lowest].at || list[i].at < list[lowest].at))
				lowest = i;
		}
		if (!list[lowest].at)
			break;
		if (list[lowest].at < free_from || list[lowest].at & 3 ||
		    list[lowest].at + list[lowest].bytes > PCI_EXTENDED_FIRST)
			return -EINVAL;
		pci__put16(pci->bytes, PCI_STATUS, PCI_STATUS_CAPABILITIES);
		pci->bytes[link] = list[lowest].at;
		pci->bytes[list[lowest].at] = list[lowest].id;
		list[lowest].create(pci, list[lowest].at);
		link = list[lowest].at + 1;
		free_from = list[lowest].at + list[lowest].bytes;
		list[lowest].at = 0;
	}

	if (offsets->serial)
		pci__create_serial(pci, mac);
	pci__reset_capabilities(pci);
	return 0;
}

void pci__reset_capabilities(struct pci *pci)
{
	unsigned int express = pci->model->capabilities.express;

	if (express)
		pci__put16(pci->bytes, express + EXPRESS_DEVICE_CONTROL, EXPRESS_CONTROL_DEFAULT);
}

bool pci__asks_for_reset(const struct pci *pci, size_t offset, const uint8_t *values, size_t bytes)
{
	size_t high = pci->model->capabilities.express + EXPRESS_DEVICE_CONTROL + 1;

	return pci->model->capabilities.express && high >= offset && high - offset < bytes &&
	       values[high - offset] & EXPRESS_CONTROL_RESET >> 8;
}
