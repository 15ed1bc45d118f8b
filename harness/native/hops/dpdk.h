/* SPDX-License-Identifier: MIT */
/*
 * What the transports over DPDK have in common: a stage takes packets from one port and passes
 * them on to another, whatever drives those.
 */
#ifndef DPDK_H
#define DPDK_H

#include <rte_mempool.h>

#include "hops.h"

#define DPDK_MAX_ARGS		24
#define DPDK_POOL_CACHE		128

/* Of this process. */
extern struct dpdk_stage {
	uint16_t in, out;		/* ports; the source has no way in, the sink no way out */
	uint32_t bytes;			/* of the packets that a source makes */
	struct rte_mempool *pool;
} dpdk;

/* In the launcher: a directory for EAL's files, and a word for each stage to tell the others. */
int dpdk__create(const struct hops_options *options);
void dpdk__destroy(void);
const char *dpdk__directory(void);

/*
 * Starts EAL in this process as the given lcore, on whatever CPUs the scheduler chooses. @args are
 * those that the transport adds, the last one is NULL. Returns 0 or -errno.
 */
int dpdk__start(uint32_t lcore, const char *const *args);
/* Configures and starts a port with one queue each way. */
int dpdk__start_port(uint16_t port, uint32_t ring_size, struct rte_mempool *pool);
struct rte_mempool *dpdk__create_pool(uint32_t packets, uint32_t cache, const char *ops);

/* A stage says that it is ready, and waits until another one is, or -ETIMEDOUT. */
void dpdk__announce(uint32_t stage);
int dpdk__await(uint32_t stage);
int dpdk__await_link(uint16_t port);

/* For struct transport. */
uint32_t dpdk__receive(struct packet *packets, uint32_t max);
uint32_t dpdk__allocate(struct packet *packets, uint32_t max);
uint32_t dpdk__send(const struct packet *packets, uint32_t count);
void dpdk__release(const struct packet *packets, uint32_t count);
void dpdk__wait(bool for_packets, bool for_room);

#endif
