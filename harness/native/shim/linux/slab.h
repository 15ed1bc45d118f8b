/* SPDX-License-Identifier: MIT */
#ifndef SHIM_SLAB_H
#define SHIM_SLAB_H

#include <linux/types.h>

/* Not from <stdlib.h>, which has functions with floating point numbers. */
void *aligned_alloc(size_t align, size_t size);
void free(void *p);

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	0
#define __GFP_ZERO		0

static inline void *shim_zalloc(size_t align, size_t size)
{
	size_t whole = (size + align - 1) & ~(align - 1);
	void *p = aligned_alloc(align, whole);

	return p ? __builtin_memset(p, 0, whole) : NULL;
}

#define kzalloc(size, gfp)	shim_zalloc(128, size)
#define kvzalloc(size, gfp)	shim_zalloc(128, size)
#define kvcalloc(n, size, gfp)	shim_zalloc(128, (n) * (size))

#define kzalloc_objs(object, n, ...)	((__typeof__(object) *)shim_zalloc(128, (n) * sizeof(object)))
#define kzalloc_obj(object, ...)	kzalloc_objs(object, 1)
#define kzalloc_flex(object, member, n, ...) \
	((__typeof__(object) *)shim_zalloc(128, sizeof(object) + (n) * sizeof(*(object).member)))
#define kvzalloc_objs	kzalloc_objs
#define kvzalloc_obj	kzalloc_obj

#define kfree(p)		free(p)
#define kvfree(p)		free(p)

#endif
