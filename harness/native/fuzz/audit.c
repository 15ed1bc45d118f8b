// SPDX-License-Identifier: MIT
/* What has to hold of honest tenants whenever no context is in the middle of something. */
#include "world.h"

#define DRAIN_ROUNDS 1000
/* Of 20 ms: longer than any turn is kept or passed. */
#define STILL_ROUNDS 12

static void tick(const struct tenant *tenant, bool *seen, u64 addr, const char *where)
{
	u64 frame = frame__number(tenant, addr);

	if (frame >= NR_FRAMES)
		world__fail("%s has %#llx, no frame of tenant %u", where, addr, tenant->id);
	if (seen[frame])
		world__fail("frame %llu of tenant %u is twice there, now in %s", frame, tenant->id, where);
	seen[frame] = true;
}

static void addrs__tick(const struct tenant *tenant, bool *seen, const struct xsk_queue *q, u32 from, u32 to,
			const char *where)
{
	if (to - from > q->nentries)
		world__fail("%s of tenant %u has %u entries of %u", where, tenant->id, to - from, q->nentries);
	for (; from != to; from++)
		tick(tenant, seen, ((struct xdp_umem_ring *)q->ring)->desc[from & q->ring_mask], where);
}

static void descs__tick(const struct tenant *tenant, bool *seen, const struct xsk_queue *q, u32 from, u32 to,
			const char *where)
{
	if (to - from > q->nentries)
		world__fail("%s of tenant %u has %u entries of %u", where, tenant->id, to - from, q->nentries);
	for (; from != to; from++)
		tick(tenant, seen, ((struct xdp_rxtx_ring *)q->ring)->desc[from & q->ring_mask].addr, where);
}

static void pool__tick(const struct pool *pool, bool *seen)
{
	const struct xsk_queue *fq = pool->xp.fq, *cq = pool->xp.cq;
	const struct xsk_flash_pool *fp = pool->xp.flash;
	const struct tenant *tenant = pool->tenant;

	addrs__tick(tenant, seen, fq, fq->mode == XSKQ_SHARED ? fq->shared.cons_head : fq->cached_cons,
		    pool->fill, "a fill ring");
	addrs__tick(tenant, seen, cq, pool->completed, cq->cached_prod, "a completion ring");
	for (u32 i = 0; fp && i < fp->stash.cnt; i++)
		tick(tenant, seen, fp->stash.addrs[i], "a stash");
	for (u32 i = 0; i < pool->nr_held; i++)
		tick(tenant, seen, pool->held[i], "a driver");
	if (fp && !!fq->ring->flags != (fp->nr_short || !list_empty(&fp->wants)))
		world__fail("a fill ring %s for frames", fq->ring->flags ? "asks" : "does not ask");
}

static void socket__tick(const struct socket *socket, bool *seen)
{
	const struct xsk_queue *rx = socket->xs.rx, *tx = socket->xs.tx;

	descs__tick(socket->tenant, seen, rx, socket->rx,
		    rx->mode == XSKQ_SHARED ? rx->shared.prod_head : rx->cached_prod, "an RX ring");
	descs__tick(socket->tenant, seen, tx, tx->cached_cons, socket->tx, "a TX ring");
}

void audit__frames(void)
{
	for (u32 i = 0; i < NR_TENANTS; i++) {
		const struct tenant *tenant = &world->tenants[i];
		bool seen[NR_FRAMES] = {};

		if (tenant->hostile)
			continue;
		for (u32 j = 0; j < tenant->nr_free; j++)
			tick(tenant, seen, tenant->free[j] * tenant->chunk, "the hands of its programs");
		for (u32 j = 0; j < NR_POOLS; j++)
			if (world->pools[j].tenant == tenant)
				pool__tick(&world->pools[j], seen);
		for (u32 j = 0; j < NR_SOCKETS; j++)
			if (world->sockets[j].tenant == tenant && !world->sockets[j].closed)
				socket__tick(&world->sockets[j], seen);
		for (u32 j = 0; j < NR_FRAMES; j++)
			if (!seen[j])
				world__fail("frame %u of tenant %u is lost", j, tenant->id);
	}
}

/* Whether what it sends depends on honest tenants only. */
static bool route__is_honest(const struct socket *socket)
{
	const struct xsk_route *route = socket->flash.route;

	for (u32 i = 0; route && i < route->nr; i++)
		if (route->hops[i].to && container_of(route->hops[i].to, struct socket, xs)->tenant->hostile)
			return false;
	return route && route->nr_live;
}

static void all__serve(void)
{
	for (u32 i = 0; i < NR_POOLS; i++) {
		struct pool *pool = &world->pools[i];

		if (pool->tenant->hostile)
			continue;
		driver__sent(pool, ~0u);
		program__complete(pool, ~0u);
		program__fill(pool, ~0u);
		calls__poll(pool, 64);
	}
	for (u32 i = 0; i < NR_SOCKETS; i++) {
		struct socket *socket = &world->sockets[i];

		if (socket->closed || socket->tenant->hostile)
			continue;
		driver__flush(socket);
		program__receive(socket, ~0u);
	}
	calls__tick(20);
}

/* Packets of an honest source that went nowhere, and its counters of those. */
static void socket__account(const struct socket *socket)
{
	const struct xsk_flash_stats *stats = &socket->flash.stats;
	u64 dropped = stats->drop_invalid + stats->drop_bad_index + stats->drop_oversize + stats->drop_no_target;
	u32 missing = socket->nr_sent - socket->nr_received - socket->nr_on_wire;

	if (missing != dropped)
		world__fail("socket %u sent %u packets, %u arrived, %u went to the wire, %llu are counted as dropped",
			    socket->id, socket->nr_sent, socket->nr_received, socket->nr_on_wire, dropped);
}

static u32 moved_so_far(void)
{
	u32 moved = 0;

	for (u32 i = 0; i < NR_SOCKETS; i++)
		if (!world->sockets[i].closed)
			moved += world->sockets[i].rx + world->sockets[i].xs.tx->cached_cons;
	return moved;
}

/* All rooms are made free, and nobody calls for anybody else. */
void audit__end(void)
{
	world->quiet = true;
	for (u32 i = 0; i < NR_SOCKETS; i++)
		if (!world->sockets[i].closed && !world->sockets[i].tenant->hostile)
			calls__kick(&world->sockets[i]);
	for (u32 i = 0, still = 0; i < DRAIN_ROUNDS && still < STILL_ROUNDS; i++) {
		u32 before = moved_so_far();

		all__serve();
		still = moved_so_far() == before ? still + 1 : 0;
	}
	audit__frames();
	for (u32 i = 0; i < NR_POOLS; i++) {
		const struct xsk_flash_pool *fp = world->pools[i].xp.flash;

		if (fp && !world->pools[i].tenant->hostile && !xsk_somebody_waits(fp) &&
		    world->pools[i].xp.fq->ring->flags)
			world__fail("a fill ring asks for frames that nobody waits for");
	}
	for (u32 i = 0; i < NR_SOCKETS; i++) {
		struct socket *socket = &world->sockets[i];

		if (socket->closed || socket->tenant->hostile || !route__is_honest(socket))
			continue;
		if (socket->tx != socket->xs.tx->cached_cons)
			world__fail("socket %u still has %u descriptors on TX", socket->id,
				    socket->tx - socket->xs.tx->cached_cons);
		if (!socket->to_hostile)
			socket__account(socket);
		if (!list_empty(&socket->wq.wait) && xsk_redirect_writeable(&socket->xs, false))
			world__fail("socket %u sleeps although it is writeable", socket->id);
	}
}
