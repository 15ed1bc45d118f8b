// SPDX-License-Identifier: MIT
/* xskq_bulk_enqueue_descs(), for all that others may do to the ring meanwhile. */
#include "rx.h"

int main(void)
{
	struct xdp_desc descs[N + 1];
	u32 n = any_u32(), room;

	set_up(XSKQ_SHARED, descs, n);
	room = N - (q.shared.prod_head - ring.ptrs.consumer);
	check_result(xskq_bulk_enqueue_descs(&q, descs, n), descs, n, room);
	return 0;
}
