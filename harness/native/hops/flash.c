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

static struct umem umems[HOPS_MAX_STAGES];
static struct port ports[HOPS_MAX_STAGES];
static struct frames frames[HOPS_MAX_STAGES];

/* Rings of frames: one for the fill ring, one for the others. */
#define RINGS_OF_FRAMES	2

static int flash__open(const struct hops_options *options, uint32_t stage)
{
	uint32_t share = RINGS_OF_FRAMES * options->ring_size, stages = options->functions + 2;
	uint32_t all = options->separate ? share : share * stages;
	uint32_t owner = options->separate ? stage : 0, first = options->separate ? 0 : stage * share;
	int err = 0;

	if (owner == stage)
		err = umem__create(&umems[owner], all, options->ring_size, &ports[stage]);
	if (!err)
		err = port__open(&ports[stage], options, &umems[owner], &frames[stage],
				 options->ifnames[0], stage);
	if (!err)
		err = frames__create(&frames[stage], all);
	for (uint32_t i = 0; i < share && !err; i++)
		frames__put(&frames[stage], (uint64_t)(first + i) * HOPS_FRAME_BYTES);
	return err;
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
	struct port *port = &ports[stage];

	umem__populate(&umems[options->separate ? stage : 0]);
	xsk_stage__set(&(struct xsk_stage) {
		.in = stage == 0 ? NULL : port,
		.out = stage == options->functions + 1 ? NULL : port,
		.frames = &frames[stage],
		.wait = options->wait,
		.bytes = options->bytes,
	});
	return 0;
}

static void flash__destroy(void)
{
	for (uint32_t i = 0; i < HOPS_MAX_STAGES; i++)
		port__close(&ports[i]);
	for (uint32_t i = 0; i < HOPS_MAX_STAGES; i++)
		umem__destroy(&umems[i]);
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
