// SPDX-License-Identifier: MIT
/*
 * xskq_cq_room() and xskq_insert_addrs(), under the lock of the ring: completions of redirects go before those of
 * transmits in flight, which a driver publishes by counting.
 */
#include "bounded.h"

static struct {
	struct xdp_ring ptrs;
	u64 desc[N];
} ring;
static struct xsk_queue q;

/* The program takes what is there, or writes anything anywhere. */
void shim_others(void)
{
	struct xdp_ring *r = &ring.ptrs;

	if (alone)
		return;
	r->consumer = honest ? any_later(r->consumer, r->producer) : any_u32();
	for (u32 i = 0; i < N; i++)
		if (!honest)
			ring.desc[i] = any_entry();
}

void shim_step(const void *written)
{
	check(written == &q.prod_tail || written == &ring.ptrs.producer, "it writes nothing else");
}

void spin_lock(spinlock_t *lock)
{
}

void spin_unlock(spinlock_t *lock)
{
}

int main(void)
{
	u32 max = any_u32(), keep = any_u32(), start, taken, pending, n, room;
	u64 addrs[N], before[N];

	q.ring = &ring.ptrs;
	q.nentries = N;
	q.ring_mask = N - 1;
	ring.ptrs.consumer = any_start();
	start = q.prod_tail = ring.ptrs.producer = any_later(ring.ptrs.consumer, ring.ptrs.consumer + N);
	q.cached_prod = any_later(start, ring.ptrs.consumer + N);
	q.cached_cons = any_later(q.cached_prod - N, ring.ptrs.consumer);
	pending = q.cached_prod - start;
	for (u32 i = 0; i < N; i++) {
		addrs[i] = any_entry();
		before[i] = ring.desc[i] = any_entry();
	}
	assume(max >= 1 && max <= N);
	assume(keep <= N);
	taken = ring.ptrs.consumer;
	room = N - (q.cached_prod - taken);

	n = xskq_cq_room(&q, max, keep);
	check(n <= max, "no more than was asked for");
	check(!honest || n + keep <= N - (q.cached_prod - ring.ptrs.consumer) || !n, "what is kept stays free");
	check(!alone || n == (room > keep ? min(max, room - keep) : 0), "as much as there is room for");
	if (!n)
		return 0;
	check(pending + n <= N, "those in flight keep their entries");
	for (u32 i = 0; !honest && i < N; i++)
		before[i] = ring.desc[i];

	xskq_insert_addrs(&q, addrs, n);

	check(ring.ptrs.producer == start + n && q.prod_tail == start + n, "the program sees these, and no others");
	check(q.cached_prod == start + n + pending, "those in flight are still to come");
	for (u32 i = 0; i < n; i++)
		check(!honest || ring.desc[(start + i) & (N - 1)] == addrs[i], "each is there");
	for (u32 i = 0; i < pending; i++)
		check(!honest || ring.desc[(start + n + i) & (N - 1)] == before[(start + i) & (N - 1)],
		      "those in flight are as they were, in their order");
	for (u32 i = taken; i != start; i++)
		check(!honest || i - ring.ptrs.consumer >= N ||
		      ring.desc[i & (N - 1)] == before[i & (N - 1)], "what was not taken yet is as it was");
	reach_end();
	return 0;
}
