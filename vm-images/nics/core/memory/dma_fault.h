/* SPDX-License-Identifier: MIT */
/*
 * Guest memory that goes away under an access: its file can be made shorter by who passed it, and
 * touching what is gone raises SIGBUS. Here that is an access that failed, and nothing worse.
 */
#ifndef DMA_FAULT_H
#define DMA_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes SIGBUS for the process; one from elsewhere still ends it. Return: 0 or -errno. */
int dma_fault__catch(void);

/* Return: whether the memory was there. */
bool dma_fault__copy(void *to, const void *from, size_t bytes);
bool dma_fault__store32(void *to, uint32_t value);
bool dma_fault__store64(void *to, uint64_t value);

#endif
