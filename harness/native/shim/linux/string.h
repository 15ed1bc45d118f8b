/* SPDX-License-Identifier: MIT */
#ifndef SHIM_STRING_H
#define SHIM_STRING_H

#include <stddef.h>

/*
 * As the kernel copies on processors with fast short string instructions (FSRM). Not the C
 * library's, which uses vector registers.
 */
static inline void *shim_memcpy(void *to, const void *from, size_t n)
{
#if defined(__x86_64__) && !defined(SHIM_CHECKED)
	void *at = to;

	__asm__ __volatile__("rep movsb" : "+D"(at), "+S"(from), "+c"(n) : : "memory");
	return to;
#else
	return __builtin_memcpy(to, from, n);
#endif
}

#define memset __builtin_memset
#define memcpy(to, from, n) \
	(__builtin_constant_p(n) ? __builtin_memcpy(to, from, n) : shim_memcpy(to, from, n))

#endif
