// SPDX-License-Identifier: MIT
/*
 * Guest memory is files that the client passes, mapped here as long as the client says they are
 * there. Two things could turn an address of the guest into a fault of this process: a range that
 * leaves a mapping (looked at for every access, without sums that wrap) and a file shorter than its
 * mapping (looked at when it is mapped; a client that truncates it later is caught by dma_fault.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dma_fault.h"
#include "dma_map.h"

static int dma_mapping__map(struct dma_mapping *mapping, int fd, uint64_t offset)
{
	int protection = (mapping->readable ? PROT_READ : 0) | (mapping->writable ? PROT_WRITE : 0);
	uint64_t guard = sysconf(_SC_PAGESIZE);
	struct stat file;
	uint8_t *around;
	void *memory;
	int err;

	if (fd < 0)
		return 0;
	if (mapping->size % guard)
		return -EINVAL;
	if (fstat(fd, &file))
		return -errno;
	/* Whatever is no file has no length. */
	if (offset > (uint64_t)file.st_size ||
	    mapping->size > (uint64_t)file.st_size - offset)
		return -EINVAL;

	/* A page on either side that cannot be touched: the last line, should a check fail. */
	around = mmap(NULL, guard + mapping->size + guard, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (around == MAP_FAILED)
		return -errno;
	memory = mmap(around + guard, mapping->size, protection, MAP_SHARED | MAP_FIXED, fd,
		      offset);
	if (memory == MAP_FAILED) {
		err = -errno;
		munmap(around, guard + mapping->size + guard);
		return err;
	}
	mapping->memory = memory;
	return 0;
}

static void dma_mapping__unmap(struct dma_mapping *mapping)
{
	uint64_t guard = sysconf(_SC_PAGESIZE);

	if (mapping->memory)
		munmap(mapping->memory - guard, guard + mapping->size + guard);
}

/* The first mapping that ends after @address; map->count when there is none. */
static size_t dma_map__find(const struct dma_map *map, uint64_t address)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct dma_mapping *mapping = &map->mappings[middle];

		if (mapping->address + (mapping->size - 1) < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int dma_map__add(struct dma_map *map, const struct dma_mapping *wanted, int fd, uint64_t offset)
{
	struct dma_mapping mapping = *wanted;
	size_t at;
	int err;

	if (!mapping.size || mapping.size - 1 > UINT64_MAX - mapping.address ||
	    !(mapping.readable || mapping.writable))
		return -EINVAL;
	at = dma_map__find(map, mapping.address);
	if (at < map->count && map->mappings[at].address <= mapping.address + (mapping.size - 1))
		return -EEXIST;
	if (map->count == DMA_MAPPINGS_MAX)
		return -ENOSPC;
	if (!map->mappings) {
		map->mappings = calloc(DMA_MAPPINGS_MAX, sizeof(*map->mappings));
		if (!map->mappings)
			return -ENOMEM;
	}

	mapping.memory = NULL;
	err = dma_mapping__map(&mapping, fd, offset);
	if (err)
		return err;
	memmove(&map->mappings[at + 1], &map->mappings[at],
		(map->count - at) * sizeof(*map->mappings));
	map->mappings[at] = mapping;
	map->count++;
	return 0;
}

static void dma_map__remove_at(struct dma_map *map, size_t at)
{
	dma_mapping__unmap(&map->mappings[at]);
	map->count--;
	memmove(&map->mappings[at], &map->mappings[at + 1],
		(map->count - at) * sizeof(*map->mappings));
}

int dma_map__remove(struct dma_map *map, uint64_t address, uint64_t size)
{
	size_t at = dma_map__find(map, address);

	if (at == map->count || map->mappings[at].address != address ||
	    map->mappings[at].size != size)
		return -ENOENT;
	dma_map__remove_at(map, at);
	return 0;
}

void dma_map__clear(struct dma_map *map)
{
	while (map->count > 0)
		dma_map__remove_at(map, map->count - 1);
}

void dma_map__destroy(struct dma_map *map)
{
	dma_map__clear(map);
	free(map->mappings);
	map->mappings = NULL;
}

/* The mapping that @address is in, if the device may use it in this direction; else NULL. */
static struct dma_mapping *dma_map__at(struct dma_map *map, enum dma_direction direction,
				       uint64_t address)
{
	struct dma_mapping *mapping;

	/* A wrapped difference is larger than any size: before the mapping is outside of it. */
	if (map->last >= map->count ||
	    address - map->mappings[map->last].address >= map->mappings[map->last].size) {
		map->last = dma_map__find(map, address);
		if (map->last >= map->count || map->mappings[map->last].address > address)
			return NULL;
	}
	mapping = &map->mappings[map->last];
	if (!mapping->memory || !(direction == DMA_READ ? mapping->readable : mapping->writable))
		return NULL;
	return mapping;
}

/* Bytes from @address to the end of its mapping, at most @bytes. */
static size_t dma_mapping__piece(const struct dma_mapping *mapping, uint64_t address, size_t bytes)
{
	uint64_t left = mapping->size - (address - mapping->address);

	return left < bytes ? left : bytes;
}

/* All of it is looked up before any of it is touched. */
static bool dma_map__allows(struct dma_map *map, enum dma_direction direction, uint64_t address,
			    size_t bytes)
{
	if (bytes && bytes - 1 > UINT64_MAX - address)
		return false;
	while (bytes > 0) {
		const struct dma_mapping *mapping = dma_map__at(map, direction, address);
		size_t piece;

		if (!mapping)
			return false;
		piece = dma_mapping__piece(mapping, address, bytes);
		address += piece;
		bytes -= piece;
	}
	return true;
}

bool dma_map__copy(struct dma_map *map, enum dma_direction direction, uint64_t address,
		   void *to_or_from, size_t bytes)
{
	uint8_t *mine = to_or_from;

	if (!dma_map__allows(map, direction, address, bytes))
		return false;
	while (bytes > 0) {
		const struct dma_mapping *mapping = dma_map__at(map, direction, address);
		uint8_t *memory = mapping->memory + (address - mapping->address);
		size_t piece = dma_mapping__piece(mapping, address, bytes);

		if (!(direction == DMA_READ ? dma_fault__copy(mine, memory, piece) :
					      dma_fault__copy(memory, mine, piece)))
			return false;
		mine += piece;
		address += piece;
		bytes -= piece;
	}
	return true;
}

void *dma_map__aligned(struct dma_map *map, uint64_t address, size_t bytes)
{
	const struct dma_mapping *mapping = dma_map__at(map, DMA_WRITE, address);

	if (!mapping || address % bytes || dma_mapping__piece(mapping, address, bytes) < bytes)
		return NULL;
	return mapping->memory + (address - mapping->address);
}
