// SPDX-License-Identifier: MIT
/*
 * One socket a stage, on queues 0.. of one device, on one UMEM or on one each. Where they send to is
 * for whoever started hops to say: on a kernel without FLASH, or without routes, that is the device.
 *
 *	queue 0       queue 1             queue N + 1
 *	source  --->  function 1  --->  ... sink
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xsk_stage.h"

static struct flash_umem *umems[HOPS_MAX_STAGES];
static struct flash_frames *frames[HOPS_MAX_STAGES];
static struct flash_socket *sockets[HOPS_MAX_STAGES];

/* Rings of frames: one for the fill ring, one for the others. */
#define RINGS_OF_FRAMES	2

static int flash__open(const struct hops_options *options, uint32_t stage)
{
	uint32_t share = RINGS_OF_FRAMES * options->ring_size, stages = options->functions + 2;
	uint32_t all = options->separate ? share : share * stages;
	uint32_t owner = options->separate ? stage : 0, first = options->separate ? 0 : stage * share;
	struct flash_socket_opts opts = xsk_stage__socket_opts(options, options->ifnames[0], stage);
	int err = 0;

	if (owner == stage)
		err = xsk_stage__create_umem(&umems[owner], options, all);
	if (!err)
		err = flash_frames__create(&frames[stage], umems[owner], all);
	if (!err)
		err = flash_frames__add(frames[stage], first, share);
	return err ? err : flash_socket__create(&sockets[stage], umems[owner], frames[stage], &opts);
}

static int flash__create(const struct hops_options *options)
{
	if (options->ifname_count != 1) {
		fprintf(stderr, "hops: flash: takes one --ifname\n");
		return -EINVAL;
	}
	for (uint32_t stage = 0; stage < options->functions + 2; stage++) {
		int err = flash__open(options, stage);

		if (err) {
			fprintf(stderr, "hops: flash: opening a socket on %s queue %u: %s\n",
				options->ifnames[0], stage, strerror(-err));
			return err;
		}
	}
	return 0;
}

static int flash__join(const struct hops_options *options, uint32_t stage)
{
	struct flash_socket *socket = sockets[stage];

	flash_umem__populate(umems[options->separate ? stage : 0]);
	xsk_stage__set(&(struct xsk_stage) {
		.in = stage == 0 ? NULL : socket,
		.out = stage == options->functions + 1 ? NULL : socket,
		.frames = frames[stage],
		.wait = options->wait,
		.bytes = options->bytes,
	});
	return 0;
}

static void flash__destroy(void)
{
	for (uint32_t i = 0; i < HOPS_MAX_STAGES; i++)
		flash_socket__destroy(sockets[i]);
	for (uint32_t i = 0; i < HOPS_MAX_STAGES; i++)
		flash_frames__destroy(frames[i]);
	for (uint32_t i = 0; i < HOPS_MAX_STAGES; i++)
		flash_umem__destroy(umems[i]);
}

const struct transport transport_flash = {
	.name = "flash",
	.help = "AF_XDP sockets on the queues of --ifname, in order; sets no routes",
	.create = flash__create,
	.join = flash__join,
	.receive = xsk_stage__receive,
	.allocate = xsk_stage__allocate,
	.send = xsk_stage__send,
	.release = xsk_stage__release,
	.wait = xsk_stage__wait,
	.destroy = flash__destroy,
};
