// SPDX-License-Identifier: MIT
/*
 * DPDK polls: whatever the options say, a stage with nothing to do yields its CPU and asks again.
 */
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sched.h>

#include "dpdk.h"

struct dpdk_stage dpdk;

static struct rte_mbuf *packet__mbuf(const struct packet *packet)
{
	return (struct rte_mbuf *)(uintptr_t)packet->handle;
}

static void packets__describe(struct packet *packets, struct rte_mbuf **mbufs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		packets[i] = (struct packet) {
			.data = rte_pktmbuf_mtod(mbufs[i], void *),
			.bytes = rte_pktmbuf_data_len(mbufs[i]),
			.handle = (uintptr_t)mbufs[i],
		};
}

uint32_t dpdk__receive(struct packet *packets, uint32_t max)
{
	struct rte_mbuf *mbufs[HOPS_MAX_BATCH];
	uint32_t count = rte_eth_rx_burst(dpdk.in, 0, mbufs, max);

	packets__describe(packets, mbufs, count);
	return count;
}

uint32_t dpdk__allocate(struct packet *packets, uint32_t max)
{
	struct rte_mbuf *mbufs[HOPS_MAX_BATCH];

	if (rte_pktmbuf_alloc_bulk(dpdk.pool, mbufs, max))
		return 0;
	for (uint32_t i = 0; i < max; i++)
		mbufs[i]->data_len = mbufs[i]->pkt_len = dpdk.bytes;
	packets__describe(packets, mbufs, max);
	return max;
}

uint32_t dpdk__send(const struct packet *packets, uint32_t count)
{
	struct rte_mbuf *mbufs[HOPS_MAX_BATCH];

	for (uint32_t i = 0; i < count; i++)
		mbufs[i] = packet__mbuf(&packets[i]);
	return rte_eth_tx_burst(dpdk.out, 0, mbufs, count);
}

void dpdk__release(const struct packet *packets, uint32_t count)
{
	struct rte_mbuf *mbufs[HOPS_MAX_BATCH];

	for (uint32_t i = 0; i < count; i++)
		mbufs[i] = packet__mbuf(&packets[i]);
	rte_pktmbuf_free_bulk(mbufs, count);
}

void dpdk__wait(bool for_packets, bool for_room)
{
	(void)for_packets;
	(void)for_room;
	sched_yield();
}
