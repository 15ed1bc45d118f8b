/* SPDX-License-Identifier: MIT */
/* What a configuration space is made of: its registers, and little-endian fields. */
#ifndef CONFIG_SPACE_H
#define CONFIG_SPACE_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

struct nic_model;

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

#endif
