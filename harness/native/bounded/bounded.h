/* SPDX-License-Identifier: MIT */
/*
 * The functions of the rings, for all that others may do meanwhile.
 *
 * Before each access to what is shared, others act: all at once what any number of other contexts and the
 * program may have done since the last one, as long as each keeps to the protocol. What the function itself does is
 * then held against the same protocol. So what is shown for one context holds for any number of them.
 *
 * The checker tries every value of what is not known. A ring has N entries, and starts at any index.
 */
#ifndef BOUNDED_H
#define BOUNDED_H

#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "xsk_queue_shared.h"

#ifndef N
#define N	4
#endif

/*
 * WHO acts besides the function: nobody; other contexts and a program that keep to the protocol; or other
 * contexts and a program that writes anything anywhere.
 */
enum { NOBODY, PEERS, HOSTILE };
static const bool alone = WHO == NOBODY, honest = WHO != HOSTILE;

#define assume(condition)	__CPROVER_assume(condition)
#define check(condition, why)	__CPROVER_assert(condition, why)

/* What has to be violated, or nothing was shown. Where a fault is looked for, it is not in the way. */
#ifdef LOOK_FOR_FAULT
#define reach_end()	((void)0)
#else
#define reach_end()	check(false, "the end is reached")
#endif

/* Anything. */
u32 any_u32(void);
bool any_bool(void);

/* Entries are copied and not looked at: four are as good as all. */
static inline u64 any_entry(void)
{
	return any_u32() & 3;
}

/* Whether @index lies in the @n entries from @start on, counted around the end of the numbers. */
static inline bool within(u32 index, u32 start, u32 n)
{
	return index - start < n;
}

/* From @index on to at most @limit, which is no earlier. */
static inline u32 any_later(u32 index, u32 limit)
{
	u32 by = any_u32() & (4 * N - 1);

	assume(by <= limit - index);
	return index + by;
}

/* Where a ring may have come to: before and behind the end of the numbers, at any entry. */
static inline u32 any_start(void)
{
	return -N + (any_u32() & (2 * N - 1));
}

/* Nobody waits in vain: those it waits for come first. */
void cpu_relax(void)
{
	assume(false);
}

#endif
