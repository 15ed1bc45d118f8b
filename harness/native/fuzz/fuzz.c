// SPDX-License-Identifier: MIT
/* From an input to what happens: four bytes are a step. */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void honest__step(struct socket *socket, u32 kind, u32 a, u32 b, u32 c)
{
	switch (kind) {
	case 0:
	case 1:
		program__send(socket, 1, a << 4 | c, b % 5);
		break;
	case 2:
		program__send(socket, 1 + a % (XSK_REDIRECT_MAX_FRAGS + 2), b << 4 | c, b % 3);
		break;
	case 3:
		for (u32 i = 0; i <= a % 32; i++)
			program__send(socket, 1, b << 2, c & 1);
		break;
	case 4:
		program__receive(socket, 1 + a % 32);
		break;
	case 5:
		program__complete(socket->pool, 1 + a % 32);
		break;
	default:
		program__fill(socket->pool, 1 + a % 32);
	}
}

static void program__step(struct socket *socket, u32 kind, u32 a, u32 b, u32 c)
{
	u64 value = (u64)c << 40 | a << 24 | b << 16 | c << 8 | a;

	if (!socket->tenant->hostile)
		honest__step(socket, kind, a, b, c);
	else
		hostile__act(socket->tenant, a, b, value * NR_SOCKETS + socket->id);
}

void steps__run(u32 opcode, u32 a, u32 b, u32 c)
{
	struct socket *socket = &world->sockets[a % NR_SOCKETS];
	u32 what = opcode % 20;

	if (socket->closed)
		return;
	world->nr_steps++;
	if (getenv("FUZZ_STEPS")) /* for who looks into a finding */
		fprintf(stderr, "%*s%u: step %u of socket %u: %u %u\n", 2 * world->depth, "",
			world->nr_steps, what, socket->id, b, c);
	switch (what) {
	case 7:
	case 8:
		calls__kick(socket);
		break;
	case 9:
		calls__receive(socket);
		break;
	case 10:
		calls__sleep(socket);
		break;
	case 11:
		calls__poll(socket->pool, b);
		break;
	case 12:
		calls__tick(1 + b % 32);
			break;
	case 13:
		driver__receive(socket, b);
		break;
	case 14:
		driver__send(socket, 1 + b % 4);
		break;
	case 15:
		driver__sent(socket->pool, 1 + b % 8);
		break;
	case 16:
		routes__set(socket, b == 255 ? XSK_ROUTE_MAX : 1 + (b & 3), b >> 2 | c << 6);
		break;
	case 17:
		if (b & 1)
			routes__set(socket, 1, c);
		else
			routes__clear(socket);
		break;
	case 18:
		if (b > 250)
			routes__close(socket);
		break;
	case 19:
		xsk_tx_tracking ^= b > 240;
		world->tracked |= xsk_tx_tracking;
		break;
	default:
		program__step(socket, what, a / NR_SOCKETS, b, c);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct world this;

	__builtin_memset(&this, 0, sizeof(this));
	world = &this;
	world->input = (struct input) { .data = data, .left = size };
	world__create();
	while (world->input.left >= 4) {
		u32 opcode = input__byte(), a = input__byte(), b = input__byte();

		steps__run(opcode, a, b, input__byte());
		audit__frames();
	}
	audit__end();
	world__destroy();
	return 0;
}
