/* SPDX-License-Identifier: MIT */
/*
 * What could be there instead of the shared rings of the series: the plain ones of the base kernel
 * under a lock on each side, held from looking for room to publishing. With the copy loops of the
 * series and the index of the other side remembered, which a ring under a lock can do.
 */
#ifndef RING_LOCKED_H
#define RING_LOCKED_H

#include "queued_lock.h"
#include "ring_sides.h"
#include "rings_worker.h"

/* Beside the indices, where it costs least: in the place of a counter that is of no use here. */
RINGS_INLINE struct queued_lock *queue__lock(struct xsk_queue *q)
{
	return (struct queued_lock *)&q->queue_empty_descs;
}

static void *locked_descriptor__create(u32 entries)
{
	return sides__create(entries, false);
}

static void *locked_address__create(u32 entries)
{
	return sides__create(entries, true);
}

static void hold__nothing(void)
{
}

/* The same lines with somebody away before publishing, and without. */
RINGS_INLINE u32 locked__put_descs(struct sides *sides, const struct xdp_desc *descs, u32 n,
				   void (*hold)(void))
{
	struct xsk_queue *q = sides->prod;
	u32 cnt;

	queued_lock__take(queue__lock(q));
	cnt = xskq_prod_nb_free(q, n);
	if (unlikely(cnt < n))
		cnt = xskq_whole_packets(descs, cnt);
	xskq_write_descs(q, q->cached_prod, descs, cnt);
	q->cached_prod += cnt;
	hold();
	xskq_prod_submit(q);
	queued_lock__give(queue__lock(q));
	return cnt;
}

RINGS_INLINE u32 locked_descriptor__put(void *ring, const void *objects, u32 n)
{
	return locked__put_descs(ring, objects, n, hold__nothing);
}

RINGS_INLINE u32 locked_descriptor__put_one(void *ring, const void *objects, u32 n)
{
	return locked__put_descs(ring, objects, 1, hold__nothing);
}

static u32 locked_descriptor__put_held(void *ring, const void *objects, u32 n, void (*hold)(void))
{
	return locked__put_descs(ring, objects, n, hold);
}

RINGS_INLINE u32 locked_descriptor__take(void *ring, void *objects, u32 n)
{
	struct sides *sides = ring;
	struct xsk_queue *q = sides->cons;

	queued_lock__take(queue__lock(q));
	n = xskq_cons_nb_entries(q, n);
	xskq_read_descs(q, q->cached_cons, objects, n);
	xskq_cons_release_n(q, n);
	__xskq_cons_release(q);
	queued_lock__give(queue__lock(q));
	return n;
}

RINGS_INLINE u32 locked_descriptor__take_one(void *ring, void *objects, u32 n)
{
	return locked_descriptor__take(ring, objects, 1);
}

/* All or nothing, as on the shared ring. */
RINGS_INLINE u32 locked__put_addrs(struct sides *sides, const u64 *addrs, u32 n, void (*hold)(void))
{
	struct xsk_queue *q = sides->prod;

	queued_lock__take(queue__lock(q));
	if (unlikely(xskq_prod_nb_free(q, n) < n))
		n = 0;
	xskq_write_addrs(q, q->cached_prod, addrs, n);
	q->cached_prod += n;
	hold();
	xskq_prod_submit(q);
	queued_lock__give(queue__lock(q));
	return n;
}

RINGS_INLINE u32 locked_address__put(void *ring, const void *objects, u32 n)
{
	return locked__put_addrs(ring, objects, n, hold__nothing);
}

RINGS_INLINE u32 locked_address__put_one(void *ring, const void *objects, u32 n)
{
	return locked__put_addrs(ring, objects, 1, hold__nothing);
}

static u32 locked_address__put_held(void *ring, const void *objects, u32 n, void (*hold)(void))
{
	return locked__put_addrs(ring, objects, n, hold);
}

RINGS_INLINE u32 locked_address__take(void *ring, void *objects, u32 n)
{
	struct sides *sides = ring;
	struct xsk_queue *q = sides->cons;

	queued_lock__take(queue__lock(q));
	n = xskq_cons_nb_entries(q, n);
	xskq_read_addrs(q, q->cached_cons, objects, n);
	xskq_cons_release_n(q, n);
	__xskq_cons_release(q);
	queued_lock__give(queue__lock(q));
	return n;
}

RINGS_INLINE u32 locked_address__take_one(void *ring, void *objects, u32 n)
{
	return locked_address__take(ring, objects, 1);
}

DEFINE_RING_WORK(locked_descriptor, sizeof(struct xdp_desc), locked_descriptor__put,
		 locked_descriptor__take, locked_descriptor__put_one, locked_descriptor__take_one)
DEFINE_RING_WORK(locked_address, sizeof(u64), locked_address__put, locked_address__take,
		 locked_address__put_one, locked_address__take_one)

#endif
