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

#include "config_space.h"

/* What a write asks for beyond changed bits. */
struct pci_effects {
	bool function_reset;
	bool became_master;
};

/*
 * Lays out header and capabilities.
 * Return: 0, or -EINVAL: capabilities overlap, a BAR or the MSI-X table is impossible.
 */
int pci__create(struct pci *pci, const struct nic_model *model, const uint8_t mac[6]);
/* Brings what software can change back to its default. */
void pci__reset(struct pci *pci);
bool pci__is_bus_master(const struct pci *pci);

/* @offset + @bytes is at most PCI_CONFIG_BYTES. */
void pci__read(const struct pci *pci, size_t offset, void *to, size_t bytes);
struct pci_effects pci__write(struct pci *pci, size_t offset, const void *from, size_t bytes);

#endif
