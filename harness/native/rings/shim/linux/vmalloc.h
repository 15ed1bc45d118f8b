/* SPDX-License-Identifier: MIT */
#ifndef SHIM_VMALLOC_H
#define SHIM_VMALLOC_H

#include <linux/slab.h>

#define PAGE_SIZE	4096ul
#define PAGE_ALIGN(n)	(((n) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))

#define __vmalloc_node_range(size, align, ...)	shim_zalloc(align, size)
#define vfree(p)				free(p)

#endif
