/* SPDX-License-Identifier: MIT */
#ifndef SHIM_VMALLOC_H
#define SHIM_VMALLOC_H

#include <linux/mm.h>
#include <linux/slab.h>

#define __vmalloc_node_range(size, align, ...)	shim_zalloc(align, size)
#define vfree(p)				free(p)

#endif
