// SPDX-License-Identifier: MIT
#include <errno.h>
#include <ftw.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "dpdk.h"

#define DEADLINE_S	15	/* a chain of processes takes its time to start, above all emulated */

static char directory[] = "/tmp/hops-XXXXXX";
static volatile uint32_t *ready;	/* of each stage */

const char *dpdk__directory(void)
{
	return directory;
}

int dpdk__create(const struct hops_options *options)
{
	size_t bytes = (options->functions + 2) * sizeof(*ready);

	ready = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ready == MAP_FAILED || !mkdtemp(directory)) {
		int err = -errno;

		fprintf(stderr, "hops: cannot make a directory for DPDK: %s\n", strerror(-err));
		return err;
	}
	/* Where EAL keeps its files. */
	setenv("RUNTIME_DIRECTORY", directory, 1);
	return 0;
}

static int remove_entry(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
	(void)stat;
	(void)flag;
	(void)ftw;
	remove(path);
	return 0;
}

void dpdk__destroy(void)
{
	nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* All the CPUs there are for an lcore, rather than one: there may be fewer of them than stages. */
static void describe_lcore(char *text, size_t bytes, uint32_t lcore)
{
	cpu_set_t cpus;
	int used = snprintf(text, bytes, "--lcores=%u@(", lcore);

	sched_getaffinity(0, sizeof(cpus), &cpus);
	for (int cpu = 0; cpu < CPU_SETSIZE && (size_t)used + 8 < bytes; cpu++)
		if (CPU_ISSET(cpu, &cpus))
			used += snprintf(text + used, bytes - used, "%d,", cpu);
	text[used - 1] = ')';
}

int dpdk__start(uint32_t lcore, const char *const *extra)
{
	static char lcores[512];
	char *args[DPDK_MAX_ARGS] = {
		"hops", lcores, "--no-pci", "--no-telemetry", "--iova-mode=va", "--log-level=error",
	};
	int count = 6;

	describe_lcore(lcores, sizeof(lcores), lcore);
	while (*extra && count < DPDK_MAX_ARGS - 1)
		args[count++] = (char *)*extra++;
	if (rte_eal_init(count, args) >= 0)
		return 0;
	fprintf(stderr, "hops: cannot start DPDK: %s\n", rte_strerror(rte_errno));
	return -EIO;
}

struct rte_mempool *dpdk__create_pool(uint32_t packets, uint32_t cache, const char *ops)
{
	struct rte_mempool *pool;

	pool = rte_pktmbuf_pool_create_by_ops("hops", packets, cache, 0,
					      RTE_PKTMBUF_HEADROOM + HOPS_FRAME_BYTES,
					      SOCKET_ID_ANY, ops);
	if (!pool)
		fprintf(stderr, "hops: no memory for %u packets: %s\n", packets,
			rte_strerror(rte_errno));
	return pool;
}

int dpdk__start_port(uint16_t port, uint32_t ring_size, struct rte_mempool *pool)
{
	struct rte_eth_conf config = { 0 };
	int err;

	err = rte_eth_dev_configure(port, 1, 1, &config);
	if (!err)
		err = rte_eth_rx_queue_setup(port, 0, ring_size, SOCKET_ID_ANY, NULL, pool);
	if (!err)
		err = rte_eth_tx_queue_setup(port, 0, ring_size, SOCKET_ID_ANY, NULL);
	if (!err)
		err = rte_eth_dev_start(port);
	if (err)
		fprintf(stderr, "hops: cannot start DPDK's port %u: %s\n", port, strerror(-err));
	return err;
}

/* Until @is_so, which is asked every millisecond. */
static int wait_until(bool (*is_so)(uint32_t), uint32_t of)
{
	static const struct timespec nap = { .tv_nsec = 1000000 };
	struct timespec now, start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!is_so(of)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec > DEADLINE_S)
			return -ETIMEDOUT;
		nanosleep(&nap, NULL);
	}
	return 0;
}

static bool stage_is_ready(uint32_t stage)
{
	return __atomic_load_n(&ready[stage], __ATOMIC_ACQUIRE);
}

static bool link_is_up(uint32_t port)
{
	struct rte_eth_link link = { 0 };

	return !rte_eth_link_get_nowait(port, &link) && link.link_status == RTE_ETH_LINK_UP;
}

void dpdk__announce(uint32_t stage)
{
	__atomic_store_n(&ready[stage], 1, __ATOMIC_RELEASE);
}

int dpdk__await(uint32_t stage)
{
	int err = wait_until(stage_is_ready, stage);

	if (err)
		fprintf(stderr, "hops: stage %u did not become ready in %d s\n", stage, DEADLINE_S);
	return err;
}

int dpdk__await_link(uint16_t port)
{
	int err = wait_until(link_is_up, port);

	if (err)
		fprintf(stderr, "hops: DPDK's port %u got no link in %d s\n", port, DEADLINE_S);
	return err;
}
