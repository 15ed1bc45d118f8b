/* SPDX-License-Identifier: MIT */
/*
 * The configuration space of a port. Only bits that software may change are changed by a write;
 * what a change means for the device is told to the caller.
 */
#ifndef PCI_H
#define PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"

#define PCI_CONFIG_BYTES 4096

/* PCI Local Bus Specification 3.0, 6.1: the header's registers. */
enum {
	PCI_VENDOR = 0x00,
	PCI_DEVICE = 0x02,
	PCI_COMMAND = 0x04,
	PCI_STATUS = 0x06,
	PCI_REVISION = 0x08,
	PCI_CLASS = 0x09,
	PCI_CACHE_LINE = 0x0c,
	PCI_BAR = 0x10,
	PCI_SUBSYSTEM_VENDOR = 0x2c,
	PCI_SUBSYSTEM = 0x2e,
	PCI_CAPABILITIES = 0x34,
	PCI_INTERRUPT_LINE = 0x3c,
	PCI_CAPABILITIES_FIRST = 0x40,
	PCI_EXTENDED_FIRST = 0x100,
};

/* 6.2.2, command register. */
#define PCI_COMMAND_MEMORY	(1u << 1)
#define PCI_COMMAND_MASTER	(1u << 2)
#define PCI_COMMAND_PARITY	(1u << 6)
#define PCI_COMMAND_SERR	(1u << 8)
#define PCI_COMMAND_NO_INTX	(1u << 10)
/* 6.2.3, status register. */
#define PCI_STATUS_CAPABILITIES	(1u << 4)

struct pci {
	uint8_t bytes[PCI_CONFIG_BYTES];
	uint8_t writable[PCI_CONFIG_BYTES];
	const struct nic_model *model;
};

/* What a write asks for beyond changed bits. */
struct pci_effects {
	bool function_reset;
	bool became_master;
};

/*
 * Lays out header and capabilities.
 * Return: 0, or -EINVAL: capabilities overlap, a BAR or the MSI-X table is impossible.
 */
int pci__create(struct pci *pci, const struct nic_model *model);
/* Brings what software can change back to its default. */
void pci__reset(struct pci *pci);
bool pci__is_bus_master(const struct pci *pci);

/* @offset + @bytes is at most PCI_CONFIG_BYTES. */
void pci__read(const struct pci *pci, size_t offset, void *to, size_t bytes);
struct pci_effects pci__write(struct pci *pci, size_t offset, const void *from, size_t bytes);

#endif
