// SPDX-License-Identifier: MIT
/*
 * DPDK's memif: neighbours share the memory of a ring pair, and each has memory of its own besides.
 * Stage i is the server of the one to stage i + 1, which is its client and lends its packet memory
 * to the server (zero-copy): the server copies each packet there, and that is all that is copied.
 */
#include <errno.h>
#include <rte_alarm.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <unistd.h>

#include "dpdk.h"

#define MIN_RING	64	/* its client lends no fewer than 32 packets at a time */
#define MAX_RING	16384
#define SPARE_PACKETS	(2 * HOPS_MAX_BATCH + 2 * DPDK_POOL_CACHE)
#define PACKET_BYTES	4096	/* in memory: none crosses a page */
#define SPARE_MB	32

static pid_t launcher;

static int memif_create(const struct hops_options *options)
{
	if (options->ring_size < MIN_RING || options->ring_size > MAX_RING) {
		fprintf(stderr, "hops: memif wants rings of %d to %d\n", MIN_RING, MAX_RING);
		return -EINVAL;
	}
	launcher = getpid();
	return dpdk__create(options);
}

/*
 * What serves the control sockets unmaps the rings when it sees a neighbour go, under the stage's
 * loop if it is a little slower to stop. Nothing is to change any more, so it serves no longer.
 */
static void memif__retire(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

static int memif__connect(const char *name, uint16_t *port, const struct hops_options *options)
{
	int err = rte_eth_dev_get_port_by_name(name, port);

	return err ? err : dpdk__start_port(*port, options->ring_size, dpdk.pool);
}

static int memif_join(const struct hops_options *options, uint32_t stage)
{
	uint32_t packets = 2 * options->ring_size + SPARE_PACKETS;
	bool has_in = stage > 0, has_out = stage <= options->functions;
	char in[128], out[128], memory[32];
	const char *args[] = {
		"--no-huge", "--no-shconf", "--single-file-segments", memory,
		has_in ? in : out, has_in && has_out ? out : NULL, NULL,
	};
	int err;

	snprintf(memory, sizeof(memory), "-m%u", packets / ((1 << 20) / PACKET_BYTES) + SPARE_MB);
	snprintf(in, sizeof(in), "--vdev=net_memif_in,role=client,zero-copy=yes,rsize=%d,"
		 "socket=hops-%d-%u,socket-abstract=yes", __builtin_ctz(options->ring_size),
		 launcher, stage - 1);
	snprintf(out, sizeof(out), "--vdev=net_memif_out,role=server,rsize=%d,"
		 "socket=hops-%d-%u,socket-abstract=yes", __builtin_ctz(options->ring_size),
		 launcher, stage);

	dpdk.bytes = options->bytes;
	err = dpdk__start(0, args);
	if (err)
		return err;
	dpdk.pool = dpdk__create_pool(packets, DPDK_POOL_CACHE, NULL);
	if (!dpdk.pool)
		return -ENOMEM;

	/* A client does not ask twice: its server listens first. */
	if (has_out)
		err = memif__connect("net_memif_out", &dpdk.out, options);
	if (!err)
		dpdk__announce(stage);
	if (!err && has_in)
		err = dpdk__await(stage - 1);
	if (!err && has_in)
		err = memif__connect("net_memif_in", &dpdk.in, options);
	if (!err && has_in)
		err = dpdk__await_link(dpdk.in);
	if (!err && has_out)
		err = dpdk__await_link(dpdk.out);
	if (!err)
		err = rte_eal_alarm_set(1, memif__retire, NULL);
	return err;
}

const struct transport transport_memif = {
	.name = "memif",
	.help = "DPDK's memif, zero-copy on the receiving side; polls, whatever --wait says",
	.create = memif_create,
	.join = memif_join,
	.receive = dpdk__receive,
	.allocate = dpdk__allocate,
	.send = dpdk__send,
	.release = dpdk__release,
	.wait = dpdk__wait,
	.destroy = dpdk__destroy,
};
