/* SPDX-License-Identifier: MIT */
#ifndef SHIM_VMALLOC_H
#define SHIM_VMALLOC_H

#include <linux/mm.h>
#include <linux/slab.h>

#ifdef SHIM_CHECKED
#define __vmalloc_node_range(size, align, ...)	shim_zalloc(64, size)
#else
#define __vmalloc_node_range(size, align, ...)	shim_zalloc(align, size)
#endif
#define vfree(p)				free(p)

#endif
