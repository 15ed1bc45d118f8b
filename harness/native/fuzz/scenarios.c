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

#include "scenarios.h"
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

static const struct scenario lifetimes[] = {
	{ "close-while-a-route-is-replaced", close_while_a_route_is_replaced },
	{ "close-after-a-route-was-replaced", close_after_a_route_was_replaced },
	{ "close-while-its-ring-joins", close_while_its_ring_joins },
	{}
};

static const struct scenario *const lists[] = { lifetimes, turns };

static const struct scenario *find(const char *name)
{
	for (u32 i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (const struct scenario *at = lists[i]; at->name; at++)
			if (!name)
				puts(at->name);
			else if (!strcmp(name, at->name))
				return at;
	return NULL;
}

int main(int argc, char **argv)
{
	const struct scenario *scenario = find(argv[1]);

	if (argc < 2)
		return 0;
	if (!scenario) {
		fprintf(stderr, "there is no scenario %s\n", argv[1]);
		return 2;
	}
	begin();
	scenario->run();
	audit__end();
	world__destroy();
	return 0;
}
