/* SPDX-License-Identifier: MIT */
#ifndef SHIM_JIFFIES_H
#define SHIM_JIFFIES_H

#include <linux/types.h>

/* A clock that whoever links this sets; a jiffy is a millisecond. */
extern unsigned long jiffies;

#define msecs_to_jiffies(ms)	(ms)
#define get_jiffies_64()	((u64)jiffies)
#define time_before(a, b)	((long)((a) - (b)) < 0)
#define time_before64(a, b)	((s64)((a) - (b)) < 0)
#define time_after_eq64(a, b)	(!time_before64(a, b))

#endif
