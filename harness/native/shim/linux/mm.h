/* SPDX-License-Identifier: MIT */
#ifndef SHIM_MM_H
#define SHIM_MM_H

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1ul << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#ifdef SHIM_CHECKED
#define PAGE_ALIGN(n)	(n)	/* so that what is behind it is not ours */
#else
#define PAGE_ALIGN(n)	(((n) + PAGE_SIZE - 1) & PAGE_MASK)
#endif

#endif
