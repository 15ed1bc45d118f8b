/* SPDX-License-Identifier: MIT */
/* Which guest addresses are memory, and where that memory is in this process. */
#ifndef DMA_MAP_H
#define DMA_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DMA_MAPPINGS_MAX 1024

struct dma_mapping {
	uint64_t address, size;		/* the last byte has an address, too */
	uint8_t *memory;		/* NULL: came without a file, every access is refused */
	bool readable, writable;	/* by the device */
};

struct dma_map {
	struct dma_mapping *mappings;	/* by address, not overlapping */
	size_t count;
	size_t last;			/* a guess: the one that was used last, if it is there */
	uint64_t refused;		/* accesses that touched nothing */
};

enum dma_direction { DMA_READ, DMA_WRITE };

/*
 * @fd is not kept; -1: memory this process has no way to. The file must be as long as the mapping.
 * Return: 0, -EINVAL, -EEXIST (overlaps), -ENOSPC, or what mmap() says.
 */
int dma_map__add(struct dma_map *map, const struct dma_mapping *mapping, int fd, uint64_t offset);
/* Return: 0, or -ENOENT unless it is exactly a mapping that was added. */
int dma_map__remove(struct dma_map *map, uint64_t address, uint64_t size);
void dma_map__clear(struct dma_map *map);

/* Frees all. */
void dma_map__destroy(struct dma_map *map);

/*
 * Copies between @bytes at @address and @to_or_from, all or nothing; mappings side by side are one.
 * Return: whether it was done.
 */
bool dma_map__copy(struct dma_map *map, enum dma_direction direction, uint64_t address,
		   void *to_or_from, size_t bytes);

/* Where @bytes at @address, within one mapping and aligned to it, may be stored; else NULL. */
void *dma_map__aligned(struct dma_map *map, uint64_t address, size_t bytes);

#endif
