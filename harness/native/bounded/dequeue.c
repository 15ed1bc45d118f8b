// SPDX-License-Identifier: MIT
/* xskq_bulk_dequeue_addrs(), for all that others may do to the ring meanwhile. */
#include "fill.h"

int main(void)
{
	u64 addrs[N + 1] = {};
	u32 max = any_u32(), there;

	assume(max >= 1 && max <= N + 1);
	set_up(XSKQ_SHARED);
	there = ring.ptrs.producer - q.shared.cons_head;
	check_result(xskq_bulk_dequeue_addrs(&q, addrs, max), addrs, max, there);
	return 0;
}
