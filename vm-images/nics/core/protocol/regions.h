/* SPDX-License-Identifier: MIT */
/* What a client reads and writes: the BARs and the configuration space of a port. */
#ifndef REGIONS_H
#define REGIONS_H

#include <stddef.h>
#include <stdint.h>

struct nic;

/* VFIO's numbers of a PCI device's regions. */
enum {
	REGION_BAR = 0,		/* to 5 */
	REGION_ROM = 6,
	REGION_CONFIG = 7,
	REGION_VGA = 8,
	REGIONS = 9,
};

/* 0: not there. */
uint64_t region__size(const struct nic *nic, unsigned int region);

/*
 * A BAR is accessed with 1, 2, 4 or 8 bytes, the configuration space with any number.
 * Return: 0, or -EINVAL: outside of it, or not of that size.
 */
int region__read(struct nic *nic, unsigned int region, uint64_t offset, void *to, size_t bytes);
int region__write(struct nic *nic, unsigned int region, uint64_t offset, const void *from,
		  size_t bytes);

#endif
