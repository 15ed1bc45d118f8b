/* SPDX-License-Identifier: MIT */
/*
 * Guest memory, as a device sees it: by address, in pieces the hypervisor has mapped.
 *
 * The guest may change its memory at any time, so nothing here gives out a pointer: bytes are
 * copied, once, and checked afterwards. An access that is not wholly within mapped memory, that the
 * mapping does not allow, or that is made while bus mastering is off, touches nothing.
 */
#ifndef NIC_DMA_H
#define NIC_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nic;

/* Return: whether all @bytes at the guest's @address were copied to @to (zeroed when not). */
bool dma__read(struct nic *nic, uint64_t address, void *to, size_t bytes);

/* Return: whether all @bytes were copied to the guest's @address. */
bool dma__write(struct nic *nic, uint64_t address, const void *from, size_t bytes);

/*
 * Writes what tells the guest that everything written before is there (a DD bit, a head): an
 * aligned store of 4 or 8 bytes, after all earlier writes.
 */
bool dma__publish32(struct nic *nic, uint64_t address, uint32_t value);
bool dma__publish64(struct nic *nic, uint64_t address, uint64_t value);

#endif
