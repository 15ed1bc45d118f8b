// SPDX-License-Identifier: MIT
/* xskq_driver_dequeue() on a ring that is joining, and is shared by somebody else at any moment. */
#include "fill.h"

#include "xsk_queue.c"

int main(void)
{
	u64 addrs[N + 1] = {};
	u32 max = any_u32(), there;

	assume(max >= 1 && max <= N + 1);
	set_up(XSKQ_JOINING);
	there = ring.ptrs.producer - q.cached_cons;
	check_result(xskq_driver_dequeue(&q, addrs, max), addrs, max, there);
	return 0;
}
