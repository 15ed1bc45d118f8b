/* SPDX-License-Identifier: MIT */
/* The capability lists of a configuration space. */
#ifndef PCI_CAPABILITIES_H
#define PCI_CAPABILITIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pci;

/* Return: 0 or -EINVAL. */
int pci__create_capabilities(struct pci *pci, const uint8_t mac[6]);
/* Defaults other than zero of writable bits. */
void pci__reset_capabilities(struct pci *pci);
/* Whether a write sets Initiate Function Level Reset. */
bool pci__asks_for_reset(const struct pci *pci, size_t offset, const uint8_t *values, size_t bytes);

#endif
