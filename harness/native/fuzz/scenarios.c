// SPDX-License-Identifier: MIT
/*
 * What the fuzzer has found, in as few steps as will do:
 *
 *	fuzz-scenarios			prints the names
 *	fuzz-scenarios NAME		does it, and ends as the fuzzer would
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* All tenants honest, a pool for each of sockets 2 to 4, rings of 16 entries, nothing in between. */
static void begin(void)
{
	static struct world this;
	u8 input[64] = {};

	/* See world__create(): flags, zero-copy, eight of the random numbers, tenants, rings. */
	for (u32 i = 10 + 2 * NR_TENANTS; i < sizeof(input); i++)
		input[i] = 4;
	world = &this;
	world->input = (struct input) { .data = input, .left = sizeof(input) };
	world__create();
	world->input.left = 0;
}

static void close_3_and_let_its_pool_work(void)
{
	world->meanwhile = NULL;
	routes__close(&world->sockets[3]);
	calls__tick(32);
}

static void wait_once_more(void)
{
	world->meanwhile = close_3_and_let_its_pool_work;
}

/*
 * A program sleeps until socket 3 has room, for which it has no frames. While its route is led elsewhere, and the
 * change waits for the grace period after which the old entry is taken off the list of sleepers, socket 3 closes:
 * none of the routes that it knows of leads to it any more. Its pool's work then looks at the old entry.
 */
static void close_while_a_route_is_replaced(void)
{
	routes__set(&world->sockets[0], 1, 3);
	calls__sleep(&world->sockets[0]);
	/* The first grace period is for the rings of the new target. */
	world->meanwhile = wait_once_more;
	routes__set(&world->sockets[0], 1, 4);
	audit__frames();
}

/* The same, but socket 3 closes once nothing leads to it any more. */
static void close_after_a_route_was_replaced(void)
{
	routes__set(&world->sockets[0], 1, 3);
	calls__sleep(&world->sockets[0]);
	routes__set(&world->sockets[0], 1, 4);
	close_3_and_let_its_pool_work();
	audit__frames();
}

static void close_3(void)
{
	world->meanwhile = NULL;
	routes__close(&world->sockets[3]);
}

/*
 * A NAPI poll has put a packet on a plain RX ring and not published it when the ring joins a route. Socket 3 closes before
 * the ring is shared, so what the poll publishes at its end is all that its program is ever told.
 */
static void close_while_its_ring_joins(void)
{
	program__fill(world->sockets[3].pool, 1);
	driver__receive(&world->sockets[3], 1);
	world->meanwhile = close_3;
	routes__set(&world->sockets[0], 1, 3);
	audit__frames();
}

/* What happens at a point of the code, as often as it is reached. */
static void do_at(const char *point, void (*meanwhile)(void))
{
	world->at = point;
	world->meanwhile = meanwhile;
}

/* Socket 0, of a pool whose driver redirects, and socket 2 lead to socket 3, which has @frames and room for @entries. */
static void lead_to_3(u32 frames, u32 entries)
{
	struct socket *sockets = world->sockets;

	sockets[0].xs.sg = sockets[3].xs.sg = true;
	sockets[0].xs.zc = sockets[0].pool->xp.tx_redirect = true;
	routes__set(&sockets[0], 1, 3);
	routes__set(&sockets[2], 1, 3);
	for (u32 i = entries; i < 16; i++) {
		program__fill(sockets[3].pool, 1);
		program__send(&sockets[2], 1, 0, 0);
		calls__kick(&sockets[2]);
	}
	program__fill(sockets[3].pool, frames);
}

/* Returns the number of the packet. */
static u32 send_and_kick(u32 id, u32 nr_frags)
{
	program__send(&world->sockets[id], nr_frags, 0, 0);
	calls__kick(&world->sockets[id]);
	return world->nr_packets - 1;
}

static void fail_if_it_passed(u32 packet)
{
	program__receive(&world->sockets[3], ~0u);
	if (world->packets[packet].state == PACKET_DELIVERED)
		world__fail("packet %u passed a larger one that keeps its turn", packet);
}

static void note_0_and_send_from_2(void)
{
	do_at(NULL, NULL);
	xsk_redirect_note(&world->sockets[0].xs);
	send_and_kick(2, 1);
}

/*
 * A packet of three frames keeps its turn. While it is looked at, its program calls sendto() again, as all do that have
 * heard EAGAIN, and its driver is asked for it.
 */
static void kick_while_its_turn_is_kept(void)
{
	lead_to_3(1, 16);
	send_and_kick(0, 3);
	calls__receive(&world->sockets[3]);
	do_at("serve-turn", note_0_and_send_from_2);
	calls__receive(&world->sockets[3]);
	fail_if_it_passed(world->nr_packets - 1);
}

/*
 * A packet of three frames has two entries of the RX ring. Then it has all, and one frame: less by number, and nearer. So
 * it keeps its turn for another 16 ms.
 */
static void have_entries_and_then_frames(void)
{
	lead_to_3(0, 2);
	send_and_kick(0, 3);
	calls__receive(&world->sockets[3]);
	calls__tick(10);
	program__receive(&world->sockets[3], ~0u);
	program__fill(world->sockets[3].pool, 1);
	calls__receive(&world->sockets[3]);
	calls__tick(10);
	fail_if_it_passed(send_and_kick(2, 1));
}

/* A packet that never fits keeps its turn for a while and no longer, however often it is kicked. */
static void kick_what_does_not_fit(void)
{
	u32 small;

	lead_to_3(1, 16);
	send_and_kick(0, 3);
	calls__receive(&world->sockets[3]);
	small = send_and_kick(2, 1);
	for (u32 i = 0; i < 40; i++) {
		calls__kick(&world->sockets[0]);
		calls__tick(1);
	}
	program__receive(&world->sockets[3], ~0u);
	if (world->packets[small].state != PACKET_DELIVERED)
		world__fail("packet %u waits for one that does not fit", small);
}

static void fill_3(void)
{
	program__fill(world->sockets[3].pool, 1);
}

/*
 * Socket 3 has a frame again after each look that found none. Whoever looks stops in the end, and leaves the rest to the
 * work of the pool. That runs, however often somebody looks before it is due.
 */
static void look_all_the_time(void)
{
	const struct delayed_work *work;
	u32 ran;

	lead_to_3(0, 16);
	work = &world->sockets[3].pool->xp.flash->work;
	do_at("carry-stalled", fill_3);
	send_and_kick(0, 1);
	ran = work->nr_runs;
	for (u32 i = 0; i < 8; i++) {
		program__complete(world->sockets[0].pool, ~0u);
		program__receive(&world->sockets[3], ~0u);
		for (u32 j = 0; j < 8; j++)
			program__send(&world->sockets[0], 1, 0, 0);
		calls__kick(&world->sockets[0]);
		calls__tick(1);
	}
	if (work->nr_runs == ran)
		world__fail("the work of a pool is put off with each look");
	do_at(NULL, NULL);
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{ "close-while-a-route-is-replaced", close_while_a_route_is_replaced },
	{ "close-after-a-route-was-replaced", close_after_a_route_was_replaced },
	{ "close-while-its-ring-joins", close_while_its_ring_joins },
	{ "kick-while-its-turn-is-kept", kick_while_its_turn_is_kept },
	{ "have-entries-and-then-frames", have_entries_and_then_frames },
	{ "kick-what-does-not-fit", kick_what_does_not_fit },
	{ "look-all-the-time", look_all_the_time },
};

int main(int argc, char **argv)
{
	for (u32 i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		if (argc < 2) {
			puts(scenarios[i].name);
		} else if (!strcmp(argv[1], scenarios[i].name)) {
			begin();
			scenarios[i].run();
			audit__end();
			world__destroy();
			return 0;
		}
	}
	if (argc < 2)
		return 0;
	fprintf(stderr, "there is no scenario %s\n", argv[1]);
	return 2;
}
