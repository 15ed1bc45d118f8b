// SPDX-License-Identifier: MIT
/*
 * Sockets as bind() and a write to next leave them, without those: their pools and rings, shared, and
 * a route that leads from one to the other.
 */
#include <linux/slab.h>

#include "hop_sockets.h"

bool xsk_tx_tracking;

/* As the kernel's, while nobody sleeps in poll() or wants signals. */
noinline void sock_def_readable(struct sock *sk)
{
	if (skwq_has_sleeper(rcu_dereference(sk->sk_wq)) || sock_flag(sk, SOCK_FASYNC))
		__builtin_trap();
}

/* No driver waits for them. */
void xsk_frames_back(struct xsk_buff_pool *pool)
{
}

static bool umem__create(struct xdp_umem *umem)
{
	*umem = (struct xdp_umem) {
		.size = 2ull * HOP_FRAMES * HOP_FRAME_BYTES,
		.chunk_size = HOP_FRAME_BYTES, .chunks = 2 * HOP_FRAMES,
	};
	umem->addrs = shim_zalloc(PAGE_SIZE, umem->size);
	return umem->addrs;
}

static bool end__create(struct hop_end *end, struct xdp_umem *umem, u32 entries, u32 first_frame)
{
	struct xsk_buff_pool *pool = &end->pool;
	struct xdp_sock *xs = &end->xs;

	end->netdev.xdp_zc_max_segs = 1;
	pool->netdev = &end->netdev;
	pool->umem = umem;
	pool->addrs = umem->addrs;
	pool->addrs_cnt = umem->size;
	pool->chunk_mask = ~(u64)(HOP_FRAME_BYTES - 1);
	pool->chunk_size = HOP_FRAME_BYTES;
	pool->fq = xskq_create(entries, true);
	pool->cq = xskq_create(entries, true);
	pool->flash = &end->fp;
	spin_lock_init(&end->fp.lock);
	INIT_LIST_HEAD(&end->fp.turns);
	INIT_LIST_HEAD(&end->fp.wants);
	INIT_LIST_HEAD(&end->fp.sleepers);
	end->fp.pool = pool;

	xs->sk.sk_wq = shim_zalloc(64, sizeof(*xs->sk.sk_wq));
	xs->rx = xskq_create(entries, false);
	xs->tx = xskq_create(entries, false);
	xs->umem = umem;
	xs->pool = pool;
	xs->sg = true;
	xs->state = XSK_BOUND;
	xs->flash = &end->flash;
	end->flash.xs = xs;
	end->flash.batch = &end->batch;
	INIT_LIST_HEAD(&end->flash.turn);
	INIT_LIST_HEAD(&end->flash.want);
	INIT_LIST_HEAD(&end->flash.hops);
	if (xp_init_stash(&end->fp.stash) || !pool->fq || !pool->cq || !xs->rx || !xs->tx ||
	    !xs->sk.sk_wq)
		return false;

	INIT_LIST_HEAD(&xs->sk.sk_wq->wait);
	for (u32 i = 0; i < HOP_FRAMES; i++)
		hop_frames__put(&end->frames, (u64)(first_frame + i) * HOP_FRAME_BYTES);
	return true;
}

static void end__destroy(struct hop_end *end)
{
	xp_free_stash(&end->fp.stash);
	xskq_destroy(end->pool.fq);
	xskq_destroy(end->pool.cq);
	xskq_destroy(end->xs.rx);
	xskq_destroy(end->xs.tx);
	free(end->xs.sk.sk_wq);
}

/* What becomes of the rings of a route. */
static void hop__share(struct hop *hop)
{
	struct xsk_queue *rx = hop->target.xs.rx, *fq = hop->target.pool.fq;
	struct xsk_queue *cq = hop->source.pool.cq;

	xskq_join(rx);
	xskq_share_prod(rx);
	xskq_join(fq);
	xskq_share_cons(fq);
	xskq_join(cq);
	xskq_share_locked(cq);
	hop->route->nr = 1;
	hop->route->nr_live = 1;
	hop->route->hops[0].to = &hop->target.xs;
	hop->source.flash.route = hop->route;
	hop->source.xs.routed = true;
}

/* Where packets are copied, each end uses a half of its own UMEM: the frames of both have other numbers. */
struct hop *hop__create(bool copy, uint32_t bytes, uint32_t entries)
{
	struct hop *hop = kzalloc(sizeof(*hop), GFP_KERNEL);
	struct hop_end *source, *target;

	if (!hop)
		return NULL;
	source = &hop->source;
	target = &hop->target;
	hop->bytes = bytes;
	hop->route = kzalloc(struct_size(hop->route, hops, 1), GFP_KERNEL);
	if (!hop->route || !umem__create(&hop->umems[0]) ||
	    (copy && !umem__create(&hop->umems[1])) ||
	    !end__create(source, &hop->umems[0], entries, 0) ||
	    !end__create(target, &hop->umems[copy], entries, HOP_FRAMES)) {
		hop__destroy(hop);
		return NULL;
	}

	source->nr_frames = target->nr_frames = copy ? HOP_FRAMES : 2 * HOP_FRAMES;
	target->first_frame = copy ? HOP_FRAMES : 0;
	hop__share(hop);
	return hop;
}

void hop__destroy(struct hop *hop)
{
	end__destroy(&hop->source);
	end__destroy(&hop->target);
	free(hop->umems[0].addrs);
	free(hop->umems[1].addrs);
	kfree(hop->route);
	kfree(hop);
}

#ifdef __x86_64__
/* What comes before has ended, and what comes after has not begun. */
static u64 clock__begin(void)
{
	u32 low, high;

	__asm__ __volatile__("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (u64)high << 32 | low;
}

static u64 clock__end(void)
{
	u32 low, high;

	__asm__ __volatile__("rdtscp; lfence" : "=a"(low), "=d"(high) : : "rcx", "memory");
	return (u64)high << 32 | low;
}
#else
static u64 clock__begin(void)
{
	return 0;
}

#define clock__end clock__begin
#endif

uint32_t hop__redirect(struct hop *hop, uint32_t n, uint64_t *cycles)
{
	u32 budget = n;
	u64 begin;

	begin = clock__begin();
	xsk_redirect_batch(&hop->source.xs, &budget);
	*cycles += clock__end() - begin;
	return n - budget;
}

uint64_t hop__clock_cost(uint32_t n)
{
	u64 cycles = 0, begin;

	for (u32 i = 0; i < n; i++) {
		begin = clock__begin();
		cycles += clock__end() - begin;
	}
	return cycles;
}
