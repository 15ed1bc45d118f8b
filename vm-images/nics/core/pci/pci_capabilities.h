/* SPDX-License-Identifier: MIT */
/* The capability lists of a configuration space, and the little-endian fields it is made of. */
#ifndef PCI_CAPABILITIES_H
#define PCI_CAPABILITIES_H

#include <endian.h>
#include <string.h>

#include "pci.h"

static inline uint16_t pci__get16(const uint8_t *bytes, size_t offset)
{
	return bytes[offset] | bytes[offset + 1] << 8;
}

static inline void pci__put16(uint8_t *bytes, size_t offset, uint16_t value)
{
	value = htole16(value);
	memcpy(bytes + offset, &value, sizeof(value));
}

static inline void pci__put32(uint8_t *bytes, size_t offset, uint32_t value)
{
	value = htole32(value);
	memcpy(bytes + offset, &value, sizeof(value));
}

/* Return: 0 or -EINVAL. */
int pci__create_capabilities(struct pci *pci);
/* Defaults other than zero of writable bits. */
void pci__reset_capabilities(struct pci *pci);
/* Whether a write sets Initiate Function Level Reset. */
bool pci__asks_for_reset(const struct pci *pci, size_t offset, const uint8_t *values, size_t bytes);

#endif
