// SPDX-License-Identifier: MIT
/* Scenarios of sources that wait for their turn at a pool, and of whoever serves it. */
#include <string.h>

#include "scenarios.h"
#include "world.h"

static const char *at_point;
static void (*work_there)(void);

static void work_at(const char *point)
{
	if (!strcmp(point, at_point))
		work_there();
}

/* What happens at a point of the code, as often as it is reached. */
static void do_at(const char *point, void (*work)(void))
{
	at_point = point;
	work_there = work;
	world->at = point ? work_at : NULL;
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

static u32 nr_copied;

/* Its program says that RX of socket 3 is empty, and that it is full once packets have been copied for it. */
static void lie_at_each_look(const char *point)
{
	struct xsk_queue *rx = world->sockets[3].xs.rx;

	if (!strcmp(point, "carry-claimed") || !strcmp(point, "carry-stalled"))
		WRITE_ONCE(rx->ring->consumer, rx->shared.prod_head);
	if (strcmp(point, "move-borrowed"))
		return;
	nr_copied += rx->nentries;
	WRITE_ONCE(rx->ring->consumer, rx->shared.prod_head - rx->nentries);
}

/* What a call copies for others is limited, whether it can be delivered or not, and whether one keeps its turn or not. */
static void copy_for_a_liar(void)
{
	u32 most = 0;

	lead_to_3(16, 16);
	routes__set(&world->sockets[1], 1, 3);
	for (u32 i = 0; i < 3 * 16; i++)
		program__send(&world->sockets[i % 3], 1, 0, 0);
	world->tenants[1].hostile = true;
	world->at = lie_at_each_look;
	for (u32 id = 0; id < 3; id++)
		calls__kick(&world->sockets[id]);
	for (u32 ms = 0; ms < 40; ms++) {
		nr_copied = 0;
		calls__receive(&world->sockets[3]);
		most = max(most, nr_copied);
		calls__tick(1);
	}
	world->at = NULL;
	if (most < 16 || most > XSK_SERVE_MAX + 16)
		world__fail("a call copies %u packets for others", most);
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

const struct scenario turns[] = {
	{ "kick-while-its-turn-is-kept", kick_while_its_turn_is_kept },
	{ "have-entries-and-then-frames", have_entries_and_then_frames },
	{ "kick-what-does-not-fit", kick_what_does_not_fit },
	{ "copy-for-a-liar", copy_for_a_liar },
	{ "look-all-the-time", look_all_the_time },
	{}
};
