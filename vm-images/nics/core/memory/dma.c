// SPDX-License-Identifier: MIT
/* What a model may do to guest memory: nothing unless it is a bus master. */
#include <string.h>

#include "core/port.h"
#include "dma.h"
#include "dma_fault.h"

static bool port__dma_done(struct nic *nic, bool done)
{
	if (!done)
		nic->dma.refused++;
	return done;
}

bool dma__read(struct nic *nic, uint64_t address, void *to, size_t bytes)
{
	if (pci__is_bus_master(&nic->pci) &&
	    dma_map__copy(&nic->dma, DMA_READ, address, to, bytes))
		return true;
	memset(to, 0, bytes);
	return port__dma_done(nic, false);
}

bool dma__write(struct nic *nic, uint64_t address, const void *from, size_t bytes)
{
	return port__dma_done(nic, pci__is_bus_master(&nic->pci) &&
			      dma_map__copy(&nic->dma, DMA_WRITE, address, (void *)from, bytes));
}

bool dma__publish32(struct nic *nic, uint64_t address, uint32_t value)
{
	void *memory = pci__is_bus_master(&nic->pci) ?
		       dma_map__aligned(&nic->dma, address, sizeof(value)) : NULL;

	return port__dma_done(nic, memory && dma_fault__store32(memory, value));
}

bool dma__publish64(struct nic *nic, uint64_t address, uint64_t value)
{
	void *memory = pci__is_bus_master(&nic->pci) ?
		       dma_map__aligned(&nic->dma, address, sizeof(value)) : NULL;

	return port__dma_done(nic, memory && dma_fault__store64(memory, value));
}
