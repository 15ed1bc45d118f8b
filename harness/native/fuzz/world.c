// SPDX-License-Identifier: MIT
/* The sockets as bind() leaves them, and the frames of their tenants. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/jiffies.h>

#include "world.h"

#define XDP_HEADROOM_STEP 64

struct world *world;

static const u8 tenant_of_pool[NR_POOLS] = { 0, 0, 1, 2 };
static const u8 pool_of_socket[NR_SOCKETS] = { 0, 0, 1, 2, 3 };

u8 input__byte(void)
{
	if (!world->input.left)
		return 0;
	world->input.left--;
	return *world->input.data++;
}

u32 world__random(u32 below)
{
	world->moments = world->moments * 6364136223846793005ull + 1442695040888963407ull;
	return (world->moments >> 33) % below;
}

void world__fail(const char *what, ...)
{
	va_list args;

	va_start(args, what);
	fprintf(stderr, "FOUND after %u steps: ", world->nr_steps);
	vfprintf(stderr, what, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}

u64 frame__number(const struct tenant *tenant, u64 addr)
{
	if (tenant->umem.flags)
		addr = xp_unaligned_extract_addr(addr);
	return addr / tenant->chunk;
}

u8 *frame__data(const struct tenant *tenant, u64 frame)
{
	return (u8 *)tenant->umem.addrs + frame * tenant->chunk;
}

void frame__put(struct tenant *tenant, u64 frame)
{
	if (frame >= NR_FRAMES || tenant->nr_free == NR_FRAMES)
		world__fail("tenant %u is given frame %llu", tenant->id, frame);
	tenant->packet_of[frame] = 0;
	memset(frame__data(tenant, frame), HONEST_BYTE | tenant->id, tenant->chunk);
	tenant->free[tenant->nr_free++] = frame;
}

u64 frame__take(struct tenant *tenant)
{
	u64 frame = tenant->free[--tenant->nr_free];

	frame__check_empty(tenant, frame, false);
	return frame;
}

/* Nobody writes to a frame that has no packet, but for the mark of tx_tracking. */
void frame__check_empty(const struct tenant *tenant, u64 frame, bool but_first)
{
	const u8 *data = frame__data(tenant, frame);
	u8 expected = HONEST_BYTE | tenant->id;

	if (data[1] == expected && (but_first || data[0] == expected) &&
	    !__builtin_memcmp(data + 1, data + 2, tenant->chunk - 2))
		return;
	for (u32 i = but_first; i < tenant->chunk; i++)
		if (data[i] != expected)
			world__fail("byte %u of frame %llu of tenant %u has changed to %#x", i, frame,
				    tenant->id, data[i]);
}

static void tenant__create(struct tenant *tenant, u32 id, bool hostile)
{
	bool unaligned = id == 2;

	tenant->id = id;
	tenant->hostile = hostile;
	tenant->chunk = id == 1 ? 4096 : 2048;
	tenant->umem = (struct xdp_umem) {
		.size = (u64)NR_FRAMES * tenant->chunk, .chunk_size = tenant->chunk, .chunks = NR_FRAMES,
		.headroom = input__byte() % 3 * XDP_HEADROOM_STEP, .flags = unaligned,
		.tx_metadata_len = input__byte() % 3 * 8,
	};
	tenant->umem.addrs = shim_zalloc(64, tenant->umem.size);
	if (hostile)
		memset(tenant->umem.addrs, HOSTILE_BYTE | id, tenant->umem.size);
	else
		for (u32 i = 0; i < NR_FRAMES; i++)
			frame__put(tenant, i);
}

static u32 entries(void)
{
	return 1u << input__byte() % 7;
}

static void pool__create(struct pool *pool, struct tenant *tenant, bool zc)
{
	struct xsk_buff_pool *xp = &pool->xp;

	pool->tenant = tenant;
	tenant->nr_pools++;
	pool->netdev.xdp_zc_max_segs = XSK_REDIRECT_MAX_FRAGS;
	*xp = (struct xsk_buff_pool) {
		.netdev = &pool->netdev, .umem = &tenant->umem, .addrs = tenant->umem.addrs,
		.addrs_cnt = tenant->umem.size, .chunk_mask = ~(u64)(tenant->chunk - 1),
		.chunk_size = tenant->chunk, .headroom = tenant->umem.headroom,
		.tx_metadata_len = tenant->umem.tx_metadata_len, .unaligned = tenant->umem.flags,
		.fq = xskq_create(entries(), true), .cq = xskq_create(entries(), true),
		.tx_redirect = zc,
	};
	INIT_LIST_HEAD(&xp->xsk_tx_list);
	INIT_LIST_HEAD(&xp->xsk_redirect_list);
}

static void socket__create(struct socket *socket, u32 id, struct pool *pool)
{
	struct xdp_sock *xs = &socket->xs;

	socket->id = id;
	socket->pool = pool;
	socket->tenant = pool->tenant;
	xs->rx = xskq_create(entries(), false);
	xs->tx = xskq_create(entries(), false);
	xs->umem = &pool->tenant->umem;
	xs->pool = &pool->xp;
	xs->zc = pool->xp.tx_redirect;
	xs->sg = input__byte() & 1;
	xs->state = XSK_BOUND;
	xs->flash = &socket->flash;
	xs->sk.sk_wq = &socket->wq;
	INIT_LIST_HEAD(&socket->wq.wait);
	INIT_LIST_HEAD(&socket->sleeper);
	socket->flash.id = id;
	socket->flash.xs = xs;
	INIT_LIST_HEAD(&socket->flash.hops);
	INIT_LIST_HEAD(&socket->flash.turn);
	INIT_LIST_HEAD(&socket->flash.want);
	xp_add_xsk(xs->pool, xs);
}

bool world__create(void)
{
	u8 flags = input__byte(), zc = input__byte();

	for (u32 i = 0; i < 8; i++)
		world->moments = world->moments << 8 | input__byte();
	jiffies = (u32)world->moments;
	world->has_moments = flags & 8;
	xsk_tx_tracking = world->tracked = flags & 16;
	for (u32 i = 0; i < NR_TENANTS; i++)
		tenant__create(&world->tenants[i], i, flags & 1 << i);
	for (u32 i = 0; i < NR_POOLS; i++)
		pool__create(&world->pools[i], &world->tenants[tenant_of_pool[i]], zc & 1 << i);
	for (u32 i = 0; i < NR_SOCKETS; i++)
		socket__create(&world->sockets[i], i, &world->pools[pool_of_socket[i]]);
	return true;
}

void world__destroy(void)
{
	world->quiet = true;
	for (u32 i = 0; i < NR_SOCKETS; i++)
		routes__close(&world->sockets[i]);
	for (u32 i = 0; i < NR_POOLS; i++) {
		struct pool *pool = &world->pools[i];

		xsk_flash_pool_stop(&pool->xp);
		xsk_flash_pool_destroy(&pool->xp);
		xskq_destroy(pool->xp.fq);
		xskq_destroy(pool->xp.cq);
	}
	synchronize_net();
	for (u32 i = 0; i < NR_TENANTS; i++)
		free(world->tenants[i].umem.addrs);
}
