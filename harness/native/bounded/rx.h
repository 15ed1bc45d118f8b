/* SPDX-License-Identifier: MIT */
/* An RX ring: kernel contexts that enqueue, and a program that takes. */
#ifndef RX_H
#define RX_H

#include "bounded.h"

static struct {
	struct xdp_ring ptrs;
	struct xdp_desc desc[N];
} ring;
static struct xsk_queue q;

/* What the function has reserved and not published. */
static struct {
	bool reserved, submitted;
	u32 start, n;
	const struct xdp_desc *descs;
	u32 published;
} mine;

static typeof(ring) ring_before;
static typeof(q.shared) shared_before;

/* The ring is joining, and the function alone may use its kernel side. */
static bool is_sole(void)
{
	return q.mode == XSKQ_JOINING && q.shared.lock.held;
}

/* A slot to which only the function may write. */
static bool is_mine(u32 slot)
{
	return mine.reserved && within((slot - mine.start) & (N - 1), 0, mine.n);
}

static void remember(void)
{
	ring_before = ring;
	shared_before = q.shared;
}

/* Entries are written without a step. */
static void check_entries(void)
{
	for (u32 i = 0; i < N; i++)
		check(is_mine(i) || ring.desc[i].addr == ring_before.desc[i].addr,
		      "it writes to entries that it has reserved");
}

/* Nobody publishes before who reserved before. */
static void others_publish(void)
{
	u32 limit = mine.reserved ? mine.start : q.shared.prod_head;

	q.shared.prod_tail = any_later(q.shared.prod_tail, limit);
	/* Somebody whose turn it still is may have published. */
	if (!within(ring.ptrs.producer, q.shared.prod_tail, N + 1))
		ring.ptrs.producer = q.shared.prod_tail;
	ring.ptrs.producer = any_later(ring.ptrs.producer, limit);
	assume(within(ring.ptrs.producer, q.shared.prod_tail, N + 1));
}

/* A grace period after it was joined. */
static void others_share(void)
{
	if (q.mode != XSKQ_JOINING || q.shared.lock.held || any_bool())
		return;
	ring.ptrs.producer = q.cached_prod;
	q.shared.prod_head = q.shared.prod_tail = q.cached_prod;
	q.mode = XSKQ_SHARED;
}

/* For who is alone at a ring that is joining. */
static void reserve_what_is_free(void)
{
	mine.reserved = true;
	mine.n = honest ? N - (mine.start - ring.ptrs.consumer) : N;
}

void shim_others(void)
{
	struct xdp_ring *r = &ring.ptrs;
	u32 head = any_u32();

	check_entries();
	if (alone)
		return;
	others_share();
	r->consumer = honest ? any_later(r->consumer, r->producer) : any_u32();
	if (is_sole())
		reserve_what_is_free();
	if (q.mode == XSKQ_SHARED) {
		if (honest)
			head = any_later(q.shared.prod_head, r->consumer + N);
		assume(head - q.shared.prod_head <= 4 * N);
		q.shared.prod_head = head;
		if (!mine.submitted)
			others_publish();
	}
	for (u32 i = 0; i < N; i++)
		if (!honest || !is_mine(i))
			ring.desc[i].addr = any_entry();
	if (!honest)
		r->producer = any_u32();
	remember();
}

static void check_published(void)
{
	check(ring.ptrs.producer == mine.start + mine.n, "it publishes all of it");
	for (u32 i = 0; i < mine.n && i < N; i++)
		check(!honest || ring.desc[(mine.start + i) & (N - 1)].addr == mine.descs[i].addr,
		      "what it publishes is what it was given");
}

static void step_alone(const void *written)
{
	if (written == &ring.ptrs.producer) {
		mine.n = q.cached_prod - mine.start;
		check(mine.n <= N, "no more than the ring has");
		check(!honest || q.cached_prod - ring.ptrs.consumer <= N, "it takes what is free");
		check_published();
		mine.published += mine.n;
	} else {
		check(written == &q.prod_tail, "it writes nothing else");
	}
}

void shim_step(const void *written)
{
	struct xdp_ring *r = &ring.ptrs;
	typeof(q.shared) *s = &q.shared;

	check_entries();
	if (is_sole()) {
		step_alone(written);
	} else if (written == &s->prod_head) {
		check(!mine.reserved, "it reserves once");
		mine.reserved = true;
		mine.start = shared_before.prod_head;
		mine.n = s->prod_head - mine.start;
		check(mine.n >= 1 && mine.n <= N, "it reserves no more than the ring has");
		check(!honest || s->prod_head - r->consumer <= N, "it reserves what is free");
	} else if (written == &r->producer) {
		check(mine.reserved && !mine.submitted, "it publishes what it has reserved, once");
		check(s->prod_tail == mine.start, "it publishes in its turn");
		check_published();
		mine.submitted = true;
	} else if (written == &s->prod_tail) {
		check(mine.submitted && shared_before.prod_tail == mine.start,
		      "its turn ends when it has published");
		check(s->prod_tail == mine.start + mine.n, "the next one's turn comes");
		mine.reserved = mine.submitted = false;
		mine.published += mine.n;
	} else {
		check(written == &r->producer_head, "it writes nothing else");
	}
	remember();
}

/* Of a joining ring: what is free is the function's. */
void spin_lock(spinlock_t *lock)
{
	shim_others();
	lock->held = 1;
	if (q.mode != XSKQ_JOINING)
		return;
	mine.start = q.cached_prod;
	reserve_what_is_free();
}

void spin_unlock(spinlock_t *lock)
{
	if (q.mode == XSKQ_JOINING)
		mine.reserved = false;
	lock->held = 0;
	remember();
}

/* The ring as anybody may find it, and packets to enqueue, @n descriptors in all. */
static void set_up(enum xskq_mode mode, struct xdp_desc *descs, u32 n)
{
	q.ring = &ring.ptrs;
	q.nentries = N;
	q.ring_mask = N - 1;
	q.mode = mode;
	assume(n >= 1 && n <= N + 1);
	for (u32 i = 0; i <= N; i++)
		descs[i] = (struct xdp_desc) { any_entry(), any_u32(), any_bool() ? XDP_PKT_CONTD : 0 };
	assume(!xp_mb_desc(&descs[n - 1]));
	mine.descs = descs;

	ring.ptrs.consumer = any_start();
	if (mode == XSKQ_SHARED) {
		q.shared.prod_tail = any_later(ring.ptrs.consumer, ring.ptrs.consumer + N);
		q.shared.prod_head = any_later(q.shared.prod_tail, ring.ptrs.consumer + N);
		ring.ptrs.producer = any_later(q.shared.prod_tail, q.shared.prod_head);
		if (alone)
			assume(q.shared.prod_tail == q.shared.prod_head &&
			       ring.ptrs.producer == q.shared.prod_head);
	} else {
		/* A plain producer may have left entries unpublished, and remembers an index from before. */
		ring.ptrs.producer = any_later(ring.ptrs.consumer, ring.ptrs.consumer + N);
		q.cached_prod = any_later(ring.ptrs.producer, ring.ptrs.consumer + N);
		q.cached_cons = any_later(q.cached_prod - N, ring.ptrs.consumer);
		q.prod_tail = ring.ptrs.producer;
	}
	remember();
}

/* The longest part of @descs that fits and ends with a whole packet. */
static u32 fitting(const struct xdp_desc *descs, u32 n, u32 room)
{
	u32 whole = 0;

	for (u32 i = 0; i < n && i < room; i++)
		if (!xp_mb_desc(&descs[i]))
			whole = i + 1;
	return whole;
}

/* @room: what there was, for who is alone */
static void check_result(u32 cnt, const struct xdp_desc *descs, u32 n, u32 room)
{
	check_entries();
	check(!mine.reserved, "it has published what it has reserved");
	check(cnt == mine.published, "it says how many it has published");
	check(cnt <= n, "no more than it was given");
	check(!cnt || !xp_mb_desc(&descs[cnt - 1]), "whole packets only");
	check(!alone || cnt == fitting(descs, n, room), "as many as there is room for");
	reach_end();
}

#endif
