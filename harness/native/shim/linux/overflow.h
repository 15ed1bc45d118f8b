/* SPDX-License-Identifier: MIT */
#ifndef SHIM_OVERFLOW_H
#define SHIM_OVERFLOW_H

#include <linux/types.h>

#define check_add_overflow(a, b, sum)		__builtin_add_overflow(a, b, sum)
#define check_sub_overflow(a, b, difference)	__builtin_sub_overflow(a, b, difference)
#define struct_size(p, member, n)		(sizeof(*(p)) + sizeof(*(p)->member) * (n))

#endif
