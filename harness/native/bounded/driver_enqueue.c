// SPDX-License-Identifier: MIT
/* xskq_driver_enqueue() on a ring that is joining, and is shared by somebody else at any moment. */
#include "rx.h"

#include "xsk_queue.c"

int main(void)
{
	struct xdp_desc descs[N + 1];
	u32 n = any_u32(), room;

	set_up(XSKQ_JOINING, descs, n);
	room = N - (q.cached_prod - ring.ptrs.consumer);
	check_result(xskq_driver_enqueue(&q, descs, n), descs, n, room);
	return 0;
}
