// SPDX-License-Identifier: MIT
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "core/port.h"
#include "regions.h"

#define MSIX_ENTRY_BYTES 16

uint64_t region__size(const struct nic *nic, unsigned int region)
{
	if (region < NIC_BARS)
		return nic->model->bars[region].size;
	return region == REGION_CONFIG ? PCI_CONFIG_BYTES : 0;
}

static bool region__holds(const struct nic *nic, unsigned int region, uint64_t offset, size_t bytes)
{
	uint64_t size = region__size(nic, region);

	return bytes && offset < size && bytes <= size - offset;
}

/*
 * MSI-X: the client keeps the table itself and uses its own copy of the messages, so ours reads as
 * zero. What is pending is known here only.
 */
static bool bar__is_msix(const struct nic *nic, unsigned int bar, uint64_t offset)
{
	const struct nic_msix *msix = &nic->model->msix;

	return bar == msix->bar &&
	       (offset - msix->table < MSIX_ENTRY_BYTES * msix->vectors ||
		offset - msix->pending < (msix->vectors + 63) / 64 * 8);
}

static uint64_t msix__read(const struct nic *nic, uint64_t offset)
{
	const struct nic_msix *msix = &nic->model->msix;
	uint64_t byte = offset - msix->pending;

	if (byte >= (msix->vectors + 63) / 64 * 8)
		return 0;
	return interrupts__pending(&nic->interrupts, byte / 8) >> byte % 8 * 8;
}

int region__read(struct nic *nic, unsigned int region, uint64_t offset, void *to, size_t bytes)
{
	uint64_t value;

	if (!region__holds(nic, region, offset, bytes))
		return -EINVAL;
	if (region == REGION_CONFIG) {
		pci__read(&nic->pci, offset, to, bytes);
		return 0;
	}
	if (bytes > sizeof(value) || bytes & (bytes - 1))
		return -EINVAL;
	value = bar__is_msix(nic, region, offset) ? msix__read(nic, offset) :
		nic->model->read(nic, region, offset, bytes);
	value = htole64(value);
	memcpy(to, &value, bytes);
	return 0;
}

static void config__write(struct nic *nic, uint64_t offset, const void *from, size_t bytes)
{
	struct pci_effects effects = pci__write(&nic->pci, offset, from, bytes);

	if (effects.function_reset) {
		port__reset(nic, NIC_RESET_FUNCTION);
	} else if (effects.became_master) {
		nic__schedule(nic);
		nic__room(nic);
	}
}

int region__write(struct nic *nic, unsigned int region, uint64_t offset, const void *from,
		  size_t bytes)
{
	uint64_t value = 0;

	if (!region__holds(nic, region, offset, bytes))
		return -EINVAL;
	if (region == REGION_CONFIG) {
		config__write(nic, offset, from, bytes);
		return 0;
	}
	if (bytes > sizeof(value) || bytes & (bytes - 1))
		return -EINVAL;
	memcpy(&value, from, bytes);
	if (!bar__is_msix(nic, region, offset))
		nic->model->write(nic, region, offset, le64toh(value), bytes);
	return 0;
}
