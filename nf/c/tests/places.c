// SPDX-License-Identifier: MIT
/* Which rings a socket has: its own, or those of the one that it is beside. */
#include <errno.h>

#include "xsk_tests.h"

static struct flash_socket *open_beside(const struct memory *memory, __u32 queue,
					const struct flash_socket *socket)
{
	struct flash_socket_opts opts = opts_for(given.a, queue);

	opts.beside = socket;
	return open_with(memory, opts);
}

static void beside_any_socket(void)
{
	struct memory memory = make_memory(64, 64);
	struct flash_socket *sockets[3], *beside[3];

	for (__u32 queue = 0; queue < 3; queue++)
		sockets[queue] = open_on(&memory, given.a, queue);
	for (__u32 queue = 0; queue < 3; queue++)
		beside[queue] = open_beside(&memory, queue, sockets[queue]);

	for (__u32 queue = 0; queue < 3; queue++) {
		send_to_wire(&memory, beside[queue], 8);
		send_to_wire(&memory, sockets[queue], 8);
	}
	for (__u32 queue = 0; queue < 3; queue++) {
		flash_socket__destroy(beside[queue]);
		flash_socket__destroy(sockets[queue]);
	}
	destroy_memory(&memory);
}

static void beside_has_no_rx(void)
{
	struct memory memory = make_memory(32, 64);
	struct flash_socket *socket = open_on(&memory, given.a, 0);
	struct flash_socket *beside = open_beside(&memory, 0, socket);
	struct flash_packet packet;

	expect(flash_socket__rings(beside)->rx != NULL, false);
	expect(flash_socket__receive(beside, &packet, 1), 0);
	/* In copy mode the kernel never asks to be told of frames, as a driver does. */
	*flash_socket__rings(socket)->fill->flags |= XDP_RING_NEED_WAKEUP;
	expect(flash_socket__recycle(beside), 0);
	expect(flash_frames__count(memory.frames), 0);

	flash_socket__destroy(beside);
	flash_socket__destroy(socket);
	destroy_memory(&memory);
}

/* A queue that is in use makes the first attempt fail after libxdp has made the rings. */
static void try_twice(__u32 first_size, __u32 second_size, __u32 second_queue)
{
	struct memory memory = make_memory(256, 256), other = make_memory(64, 64);
	struct flash_socket_opts second = opts_for(given.a, second_queue);
	struct flash_socket_opts first = opts_for(given.a, 0);
	struct flash_socket *owner = open_on(&other, given.a, 0), *socket;

	first.queue_wait_ms = 0;
	first.ring_size = first_size;
	second.ring_size = second_size;
	expect(refusal(&memory, first), -EBUSY);
	if (second_queue == first.queue)
		flash_socket__destroy(owner);
	socket = open_with(&memory, second);

	expect(flash_socket__tx_room(socket), second_size);
	for (int round = 0; round < 3; round++)
		send_to_wire(&memory, socket, second_size);
	flash_socket__destroy(socket);
	if (second_queue != first.queue)
		flash_socket__destroy(owner);
	destroy_memory(&other);
	destroy_memory(&memory);
}

static void next_attempt_has_rings_of_its_size(void)
{
	for (__u32 queue = 0; queue < 2; queue++) {
		try_twice(16, 256, queue);
		try_twice(256, 16, queue);
	}
}

const struct xsk_test place_tests[] = {
	{ "a socket can be beside any socket of its UMEM", beside_any_socket },
	{ "a socket beside another receives nothing and fills the ring of both", beside_has_no_rx },
	{ "after a first attempt that failed, the next one has rings of the size it asks for",
	  next_attempt_has_rings_of_its_size },
	{ },
};
