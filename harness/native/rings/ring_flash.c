// SPDX-License-Identifier: MIT
/*
 * The rings of the series, compiled from its own source.
 *
 * Nothing in the series enqueues addresses from several contexts: the kernel dequeues them from fill
 * rings, user space enqueues. What reserves RX entries does it here.
 */
#include "ring_sides.h"
#include "rings_worker.h"
#include "ring_locked.h"

static void *plain_descriptor__create(u32 entries)
{
	return sides__create(entries, false);
}

static void *plain_address__create(u32 entries)
{
	return sides__create(entries, true);
}

static struct sides *sides__share(struct sides *sides)
{
	xskq_join(sides->prod);
	xskq_share_prod(sides->prod);
	xskq_join(sides->cons);
	xskq_share_cons(sides->cons);
	return sides;
}

static void *flash_descriptor__create(u32 entries)
{
	return sides__share(sides__create(entries, false));
}

static void *flash_address__create(u32 entries)
{
	return sides__share(sides__create(entries, true));
}

RINGS_INLINE u32 flash_descriptor__put(void *ring, const void *objects, u32 n)
{
	return xskq_bulk_enqueue_descs(((struct sides *)ring)->prod, objects, n);
}

RINGS_INLINE u32 flash_descriptor__take(void *ring, void *objects, u32 n)
{
	return xskq_bulk_dequeue_descs(((struct sides *)ring)->cons, objects, n);
}

RINGS_INLINE u32 flash_descriptor__put_one(void *ring, const void *objects, u32 n)
{
	const struct xdp_desc *desc = objects;

	return !xskq_enqueue_desc(((struct sides *)ring)->prod, desc->addr, desc->len, desc->options);
}

RINGS_INLINE u32 flash_descriptor__take_one(void *ring, void *objects, u32 n)
{
	return xskq_dequeue_desc(((struct sides *)ring)->cons, objects);
}

/* All or nothing: addresses are no packets that could be kept whole. */
RINGS_INLINE u32 flash_address__put(void *ring, const void *objects, u32 n)
{
	struct xsk_queue *q = ((struct sides *)ring)->prod;
	u32 start;

	if (!xskq_shared_reserve_prod(q, NULL, n, &start))
		return 0;
	xskq_write_addrs(q, start, objects, n);
	xskq_shared_publish_prod(q, start, n);
	return n;
}

RINGS_INLINE u32 flash_address__put_one(void *ring, const void *objects, u32 n)
{
	return flash_address__put(ring, objects, 1);
}

RINGS_INLINE u32 flash_address__take(void *ring, void *objects, u32 n)
{
	return xskq_bulk_dequeue_addrs(((struct sides *)ring)->cons, objects, n);
}

RINGS_INLINE u32 flash_address__take_one(void *ring, void *objects, u32 n)
{
	return xskq_bulk_dequeue_addrs(((struct sides *)ring)->cons, objects, 1);
}

/* As xsk_rcv() and xsk_flush(). */
RINGS_INLINE u32 plain_descriptor__put(void *ring, const void *objects, u32 n)
{
	struct xsk_queue *q = ((struct sides *)ring)->prod;
	const struct xdp_desc *descs = objects;
	u32 i;

	for (i = 0; i < n; i++)
		if (xskq_prod_reserve_desc(q, descs[i].addr, descs[i].len, descs[i].options))
			break;
	xskq_prod_submit(q);
	return i;
}

/* As xsk_tx_peek_release_desc_batch(). It validates, what a shared ring leaves to its caller. */
RINGS_INLINE u32 plain_descriptor__take(void *ring, void *objects, u32 n)
{
	struct sides *sides = ring;
	struct xsk_tx_batch batch;

	n = xskq_cons_nb_entries(sides->cons, n);
	batch = xskq_cons_read_desc_batch(&sides->xs, &sides->pool, objects, n);
	__xskq_cons_release(sides->cons);
	return batch.tx_descs;
}

RINGS_INLINE u32 plain_descriptor__take_one(void *ring, void *objects, u32 n)
{
	struct sides *sides = ring;

	if (!xskq_cons_peek_desc(sides->cons, objects, &sides->pool))
		return 0;
	xskq_cons_release(sides->cons);
	__xskq_cons_release(sides->cons);
	return 1;
}

RINGS_INLINE u32 plain_address__put(void *ring, const void *objects, u32 n)
{
	struct xsk_queue *q = ((struct sides *)ring)->prod;
	const u64 *addrs = objects;
	u32 i;

	for (i = 0; i < n; i++)
		if (xskq_prod_reserve_addr(q, addrs[i]))
			break;
	xskq_prod_submit(q);
	return i;
}

/* As xp_alloc_new_from_fq(). */
RINGS_INLINE u32 plain_address__take(void *ring, void *objects, u32 n)
{
	struct xsk_queue *q = ((struct sides *)ring)->cons;
	u64 *addrs = objects;
	u32 i, cached_cons;

	n = xskq_cons_nb_entries(q, n);
	cached_cons = q->cached_cons;
	for (i = 0; i < n; i++)
		__xskq_cons_read_addr_unchecked(q, cached_cons++, &addrs[i]);
	xskq_cons_release_n(q, n);
	__xskq_cons_release(q);
	return n;
}

/* Others may come between reserving and publishing, and have to wait. */
static u32 flash_descriptor__put_held(void *ring, const void *objects, u32 n, void (*hold)(void))
{
	struct xsk_queue *q = ((struct sides *)ring)->prod;
	u32 start, cnt = xskq_shared_reserve_prod(q, objects, n, &start);

	if (!cnt)
		return 0;
	xskq_write_descs(q, start, objects, cnt);
	hold();
	xskq_shared_publish_prod(q, start, cnt);
	return cnt;
}

static u32 flash_address__put_held(void *ring, const void *objects, u32 n, void (*hold)(void))
{
	struct xsk_queue *q = ((struct sides *)ring)->prod;
	u32 start;

	if (!xskq_shared_reserve_prod(q, NULL, n, &start))
		return 0;
	xskq_write_addrs(q, start, objects, n);
	hold();
	xskq_shared_publish_prod(q, start, n);
	return n;
}

DEFINE_RING_WORK(flash_descriptor, sizeof(struct xdp_desc), flash_descriptor__put,
		 flash_descriptor__take, flash_descriptor__put_one, flash_descriptor__take_one)
DEFINE_RING_WORK(flash_address, sizeof(u64), flash_address__put, flash_address__take,
		 flash_address__put_one, flash_address__take_one)
DEFINE_RING_WORK(plain_descriptor, sizeof(struct xdp_desc), plain_descriptor__put,
		 plain_descriptor__take, plain_descriptor__put, plain_descriptor__take_one)
DEFINE_RING_WORK(plain_address, sizeof(u64), plain_address__put, plain_address__take,
		 plain_address__put, plain_address__take)

#define KIND(ring, which, of, ...) {						\
	.name = #ring, .object = of,							\
	.create = ring##_##which##__create, .destroy = sides__destroy,			\
	.work = ring##_##which##__work,							\
	.put = ring##_##which##__put, .take = ring##_##which##__take, __VA_ARGS__	\
}
#define SHARED_KIND(ring, which, of) \
	KIND(ring, which, of, .put_held = ring##_##which##__put_held)

const struct ring_kind ring_kinds[] = {
	SHARED_KIND(flash, descriptor, RINGS_DESCRIPTOR),
	SHARED_KIND(flash, address, RINGS_ADDRESS),
	SHARED_KIND(locked, descriptor, RINGS_DESCRIPTOR),
	SHARED_KIND(locked, address, RINGS_ADDRESS),
	KIND(plain, descriptor, RINGS_DESCRIPTOR, .single = true),
	KIND(plain, address, RINGS_ADDRESS, .single = true),
	{},
};
