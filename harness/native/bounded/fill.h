/* SPDX-License-Identifier: MIT */
/* A fill ring: kernel contexts that take addresses, and a program that puts them there. */
#ifndef FILL_H
#define FILL_H

#include "bounded.h"

static struct {
	struct xdp_ring ptrs;
	u64 desc[N];
} ring;
static struct xsk_queue q;

/* What the function has reserved and not given back to the program. */
static struct {
	bool reserved, submitted;
	bool looking;	/* in a joining ring: it may still take more */
	u32 start, n, released;
	u64 addrs[N];	/* what was there */
} mine;

static typeof(ring) ring_before;
static typeof(q.shared) shared_before;

/* The ring is joining, and the function alone may use its kernel side. */
static bool is_sole(void)
{
	return q.mode == XSKQ_JOINING && q.shared.lock.held;
}

static void check_entries(void)
{
	for (u32 i = 0; i < N; i++)
		check(ring.desc[i] == ring_before.desc[i], "it writes no entries");
}

/* A program that keeps to the protocol leaves alone what it has published and not got back. */
static bool is_published(u32 slot)
{
	return within((slot - ring.ptrs.consumer) & (N - 1), 0, ring.ptrs.producer - ring.ptrs.consumer);
}

/* What is there from @start on. */
static void take_note(u32 start, u32 n)
{
	mine.start = start;
	mine.n = n;
	for (u32 i = 0; i < n && i < N; i++)
		mine.addrs[i] = ring.desc[(start + i) & (N - 1)];
}

static void remember(void)
{
	ring_before = ring;
	shared_before = q.shared;
	if (mine.looking)
		take_note(mine.start, N);
}

/* Nobody gives back before who reserved before. */
static void others_release(void)
{
	u32 limit = mine.reserved ? mine.start : q.shared.cons_head;

	q.shared.cons_tail = any_later(q.shared.cons_tail, limit);
	/* Somebody whose turn it still is may have given back. */
	if (!within(ring.ptrs.consumer, q.shared.cons_tail, N + 1))
		ring.ptrs.consumer = q.shared.cons_tail;
	ring.ptrs.consumer = any_later(ring.ptrs.consumer, limit);
	assume(within(ring.ptrs.consumer, q.shared.cons_tail, N + 1));
}

/* A grace period after it was joined. */
static void others_share(void)
{
	if (q.mode != XSKQ_JOINING || q.shared.lock.held || any_bool())
		return;
	ring.ptrs.consumer = q.cached_cons;
	q.shared.cons_head = q.shared.cons_tail = q.cached_cons;
	q.mode = XSKQ_SHARED;
}

void shim_others(void)
{
	struct xdp_ring *r = &ring.ptrs;
	u32 head = any_u32();

	check_entries();
	if (alone)
		return;
	others_share();
	if (q.mode == XSKQ_SHARED) {
		if (honest)
			head = any_later(q.shared.cons_head, r->producer);
		assume(head - q.shared.cons_head <= 4 * N);
		q.shared.cons_head = head;
		if (!mine.submitted)
			others_release();
	}
	if (!honest) {
		r->producer = any_u32();
		r->consumer = any_u32();
	}
	for (u32 i = 0; i < N; i++)
		if (!honest || !is_published(i))
			ring.desc[i] = any_entry();
	if (honest)
		r->producer = any_later(r->producer, r->consumer + N);
	remember();
}

void shim_step(const void *written)
{
	struct xdp_ring *r = &ring.ptrs;
	typeof(q.shared) *s = &q.shared;

	check_entries();
	if (is_sole()) {
		check(written == &r->consumer, "it writes nothing else");
		check(!honest || r->producer - r->consumer <= N, "it takes what is there");
		mine.released = r->consumer - mine.start;
		check(mine.released <= N, "no more than the ring has");
		mine.looking = mine.released == 0;
	} else if (written == &s->cons_head) {
		check(!mine.reserved, "it reserves once");
		mine.reserved = true;
		take_note(shared_before.cons_head, s->cons_head - shared_before.cons_head);
		check(mine.n >= 1 && mine.n <= N, "it reserves no more than the ring has");
		check(!honest || r->producer - s->cons_head <= N, "it reserves what is there");
	} else if (written == &r->consumer) {
		check(mine.reserved && !mine.submitted, "it gives back what it has reserved, once");
		check(s->cons_tail == mine.start, "it gives back in its turn");
		check(r->consumer == mine.start + mine.n, "it gives back all of it");
		mine.submitted = true;
	} else if (written == &s->cons_tail) {
		check(mine.submitted && shared_before.cons_tail == mine.start,
		      "its turn ends when it has given back");
		check(s->cons_tail == mine.start + mine.n, "the next one's turn comes");
		mine.reserved = mine.submitted = false;
		mine.released += mine.n;
	} else {
		check(written == &r->consumer_head, "it writes nothing else");
	}
	remember();
}

void spin_lock(spinlock_t *lock)
{
	shim_others();
	lock->held = 1;
	if (q.mode == XSKQ_JOINING) {
		mine.start = q.cached_cons;
		mine.looking = true;
	}
	remember();
}

void spin_unlock(spinlock_t *lock)
{
	lock->held = 0;
	mine.looking = false;
	remember();
}

/* The ring as anybody may find it. */
static void set_up(enum xskq_mode mode)
{
	q.ring = &ring.ptrs;
	q.nentries = N;
	q.ring_mask = N - 1;
	q.mode = mode;
	for (u32 i = 0; i < N; i++)
		ring.desc[i] = any_entry();

	if (mode == XSKQ_SHARED) {
		q.shared.cons_tail = any_start();
		ring.ptrs.producer = any_later(q.shared.cons_tail, q.shared.cons_tail + N);
		q.shared.cons_head = any_later(q.shared.cons_tail, ring.ptrs.producer);
		ring.ptrs.consumer = any_later(q.shared.cons_tail, q.shared.cons_head);
		if (alone)
			assume(q.shared.cons_tail == q.shared.cons_head &&
			       ring.ptrs.consumer == q.shared.cons_head);
	} else {
		/* A plain consumer may have taken what it has not given back, and remembers an index from before. */
		ring.ptrs.consumer = any_start();
		ring.ptrs.producer = any_later(ring.ptrs.consumer, ring.ptrs.consumer + N);
		q.cached_cons = any_later(ring.ptrs.consumer, ring.ptrs.producer);
		q.cached_prod = any_later(q.cached_cons, ring.ptrs.producer);
	}
	remember();
}

/* @there: how many there were, for who is alone */
static void check_result(u32 n, const u64 *addrs, u32 max, u32 there)
{
	check_entries();
	check(!mine.reserved, "it has given back what it has reserved");
	check(n == mine.released, "it says how many it has taken");
	check(n <= max, "no more than it was asked for");
	for (u32 i = 0; i < n && i < N; i++)
		check(!honest || addrs[i] == mine.addrs[i], "what it took is what was there");
	check(!alone || n == min(max, there), "as many as there are");
	reach_end();
}

#endif
