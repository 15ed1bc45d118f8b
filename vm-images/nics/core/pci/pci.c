// SPDX-License-Identifier: MIT
/*
 * Configuration space, type 0. All of it is bytes with a mask of the writable bits, which makes BAR
 * sizing fall out: the address bits below a BAR's size cannot be written and read as zero.
 */
#include <errno.h>
#include <string.h>

#include "core/nic.h"
#include "pci.h"
#include "pci_capabilities.h"

/* 6.2.5.1, base address registers. */
#define BAR_64BIT	(2u << 1)
#define BAR_PREFETCH	(1u << 3)

static int pci__create_bars(struct pci *pci)
{
	for (unsigned int i = 0; i < NIC_BARS; i++) {
		const struct nic_bar *bar = &pci->model->bars[i];
		unsigned int offset = PCI_BAR + 4 * i;

		if (!bar->size)
			continue;
		if (bar->size & (bar->size - 1) || bar->size < 16)
			return -EINVAL;
		if (bar->wide && (i + 1 == NIC_BARS || pci->model->bars[i + 1].size))
			return -EINVAL;
		if (!bar->wide && bar->size > UINT32_MAX)
			return -EINVAL;
		pci__put32(pci->bytes, offset, (bar->wide ? BAR_64BIT : 0) |
					       (bar->prefetchable ? BAR_PREFETCH : 0));
		pci__put32(pci->writable, offset, ~(bar->size - 1));
		if (bar->wide)
			pci__put32(pci->writable, offset + 4, ~(bar->size - 1) >> 32);
	}
	return 0;
}

int pci__create(struct pci *pci, const struct nic_model *model, const uint8_t mac[6])
{
	int err;

	*pci = (struct pci) { .model = model };
	pci__put16(pci->bytes, PCI_VENDOR, model->vendor);
	pci__put16(pci->bytes, PCI_DEVICE, model->device);
	pci->bytes[PCI_REVISION] = model->revision;
	pci__put16(pci->bytes, PCI_CLASS, model->class_code);
	pci->bytes[PCI_CLASS + 2] = model->class_code >> 16;
	pci__put16(pci->bytes, PCI_SUBSYSTEM_VENDOR, model->subsystem_vendor);
	pci__put16(pci->bytes, PCI_SUBSYSTEM, model->subsystem);
	pci__put16(pci->writable, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
					       PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
					       PCI_COMMAND_NO_INTX);
	pci->writable[PCI_CACHE_LINE] = 0xff;
	pci->writable[PCI_INTERRUPT_LINE] = 0xff;

	err = pci__create_bars(pci);
	if (err)
		return err;
	return pci__create_capabilities(pci, mac);
}

void pci__reset(struct pci *pci)
{
	for (size_t i = 0; i < PCI_CONFIG_BYTES; i++)
		pci->bytes[i] &= ~pci->writable[i];
	pci__reset_capabilities(pci);
}

bool pci__is_bus_master(const struct pci *pci)
{
	return pci__get16(pci->bytes, PCI_COMMAND) & PCI_COMMAND_MASTER;
}

void pci__read(const struct pci *pci, size_t offset, void *to, size_t bytes)
{
	memcpy(to, pci->bytes + offset, bytes);
}

struct pci_effects pci__write(struct pci *pci, size_t offset, const void *from, size_t bytes)
{
	bool was_master = pci__is_bus_master(pci);
	struct pci_effects effects = {};
	const uint8_t *values = from;

	effects.function_reset = pci__asks_for_reset(pci, offset, values, bytes);
	for (size_t i = 0; i < bytes; i++) {
		uint8_t writable = pci->writable[offset + i];

		pci->bytes[offset + i] &= ~writable;
		pci->bytes[offset + i] |= values[i] & writable;
	}
	effects.became_master = !was_master && pci__is_bus_master(pci);
	return effects;
}
