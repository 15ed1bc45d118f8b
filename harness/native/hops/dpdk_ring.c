// SPDX-License-Identifier: MIT
/*
 * DPDK's net_ring between its own kind of processes: all share one memory, of huge pages, with the
 * packets and a ring for each hop. Only the source takes packets from the pool and only the sink
 * puts some back, so nothing here has two producers or two consumers.
 *
 * The source is DPDK's primary process, and makes it all; the other stages attach to it.
 */
#include <errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "dpdk.h"

#define FREE_HUGE_PAGES	"/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"
#define HUGE_PAGE	(2 << 20)
#define SPARE_PAGES	8	/* DPDK's own */
#define PACKET_BYTES	2560	/* in memory, with what the pool and the rings need */

static char huge_directory[64];

static uint32_t packets_needed(const struct hops_options *options)
{
	return (options->functions + 1) * options->ring_size +
	       (options->functions + 2) * HOPS_MAX_BATCH + 4 * DPDK_POOL_CACHE;
}

static uint32_t pages_needed(const struct hops_options *options)
{
	return packets_needed(options) / (HUGE_PAGE / PACKET_BYTES) + 1 + SPARE_PAGES;
}

static int require_huge_pages(const struct hops_options *options)
{
	uint32_t needed = pages_needed(options);
	FILE *file = fopen(FREE_HUGE_PAGES, "r");
	uint32_t count = 0;

	if (file) {
		if (fscanf(file, "%u", &count) != 1)
			count = 0;
		fclose(file);
	}
	if (count >= needed)
		return 0;
	fprintf(stderr, "hops: dpdk_ring needs %u huge pages of 2 MB, and %u are free: sysctl vm.nr_hugepages=%u\n",
		needed, count, needed);
	return -ENOMEM;
}

/* In a mount namespace of the launcher and the stages: nobody sees it, and it ends with them. */
static int mount_huge_pages(void)
{
	snprintf(huge_directory, sizeof(huge_directory), "%s/huge", dpdk__directory());
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mkdir(huge_directory, 0700) ||
	    mount("hugetlbfs", huge_directory, "hugetlbfs", 0, "pagesize=2M")) {
		int err = -errno;

		fprintf(stderr, "hops: cannot mount hugetlbfs: %s\n", strerror(-err));
		return err;
	}
	return 0;
}

static int dpdk_ring__create(const struct hops_options *options)
{
	int err = require_huge_pages(options);

	if (!err)
		err = dpdk__create(options);
	return err ? err : mount_huge_pages();
}

static void dpdk_ring__destroy(void)
{
	umount2(huge_directory, MNT_DETACH);
	dpdk__destroy();
}

/* One port a hop: its sender transmits there, its receiver receives. */
static int dpdk_ring__make_hop(const struct hops_options *options, uint32_t hop)
{
	struct rte_ring *ring;
	char name[16];
	int port;

	snprintf(name, sizeof(name), "hop%u", hop);
	ring = rte_ring_create(name, options->ring_size, SOCKET_ID_ANY,
			       RING_F_SP_ENQ | RING_F_SC_DEQ);
	port = ring ? rte_eth_from_ring(ring) : -1;
	if (port < 0) {
		fprintf(stderr, "hops: cannot make DPDK's ring %u\n", hop);
		return -ENOMEM;
	}
	return dpdk__start_port(port, options->ring_size, dpdk.pool);
}

static int dpdk_ring__make(const struct hops_options *options)
{
	int err = 0;

	dpdk.pool = dpdk__create_pool(packets_needed(options), DPDK_POOL_CACHE, "ring_sp_sc");
	if (!dpdk.pool)
		return -ENOMEM;
	for (uint32_t hop = 0; !err && hop <= options->functions; hop++)
		err = dpdk_ring__make_hop(options, hop);
	return err;
}

static int dpdk_ring__find_hop(uint32_t hop, uint16_t *port)
{
	char name[32];
	int err;

	snprintf(name, sizeof(name), "net_ring_hop%u", hop);
	err = rte_eth_dev_get_port_by_name(name, port);
	if (err)
		fprintf(stderr, "hops: DPDK's primary process has no %s: %s\n", name, strerror(-err));
	return err;
}

static int dpdk_ring__join(const struct hops_options *options, uint32_t stage)
{
	char huge_option[128], memory[32];
	const char *args[] = {
		"--file-prefix=hops", huge_option, stage ? "--proc-type=secondary" : "--proc-type=primary",
		stage ? NULL : memory, NULL,
	};
	int err = 0;

	snprintf(huge_option, sizeof(huge_option), "--huge-dir=%s", huge_directory);
	snprintf(memory, sizeof(memory), "-m%u", pages_needed(options) * (HUGE_PAGE >> 20));
	dpdk.bytes = options->bytes;
	/* One after the other: those that are half attached do not answer the primary's messages. */
	if (stage)
		err = dpdk__await(stage - 1);
	if (!err)
		err = dpdk__start(stage, args);	/* the pool has a cache for each lcore */
	if (!err && !stage)
		err = dpdk_ring__make(options);
	if (err)
		return err;
	dpdk__announce(stage);

	if (stage)
		err = dpdk_ring__find_hop(stage - 1, &dpdk.in);
	if (!err && stage <= options->functions)
		err = dpdk_ring__find_hop(stage, &dpdk.out);
	return err;
}

const struct transport transport_dpdk_ring = {
	.name = "dpdk_ring",
	.help = "DPDK's rings in shared huge pages; polls, whatever --wait says",
	.create = dpdk_ring__create,
	.join = dpdk_ring__join,
	.receive = dpdk__receive,
	.allocate = dpdk__allocate,
	.send = dpdk__send,
	.release = dpdk__release,
	.wait = dpdk__wait,
	.destroy = dpdk_ring__destroy,
};
