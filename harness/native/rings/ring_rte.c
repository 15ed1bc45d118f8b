// SPDX-License-Identifier: MIT
/* DPDK's rte_ring in its modes, in memory of our own and without its EAL. */
#include <stdlib.h>

#include <rte_ring.h>
#include <rte_ring_elem.h>

#include "rings_worker.h"

static void *rte__create(uint32_t entries, unsigned int size, unsigned int flags)
{
	ssize_t bytes = rte_ring_get_memsize_elem(size, entries);
	struct rte_ring *ring = bytes < 0 ? NULL : aligned_alloc(4096, (bytes + 4095) & ~4095ul);

	return ring && !rte_ring_init(ring, "rings", entries, flags) ? ring : NULL;
}

/*
 * Bursts, that is as many as there is room for or objects, because that is what the rings of the
 * series do. The mode is known at compile time, which spares rte_ring a switch.
 */
#define DEFINE_RTE_RING(mode, put_burst, take_burst, object, size, flags)			\
	static void *mode##_##object##__create(uint32_t entries)				\
	{											\
		return rte__create(entries, size, flags);					\
	}											\
	RINGS_INLINE uint32_t mode##_##object##__put(void *ring, const void *objects, uint32_t n)\
	{											\
		return put_burst(ring, objects, size, n, NULL);					\
	}											\
	RINGS_INLINE uint32_t mode##_##object##__take(void *ring, void *objects, uint32_t n)	\
	{											\
		return take_burst(ring, objects, size, n, NULL);				\
	}											\
	RINGS_INLINE uint32_t mode##_##object##__put_one(void *ring, const void *objects, uint32_t n)\
	{											\
		return put_burst(ring, objects, size, 1, NULL);					\
	}											\
	RINGS_INLINE uint32_t mode##_##object##__take_one(void *ring, void *objects, uint32_t n)\
	{											\
		return take_burst(ring, objects, size, 1, NULL);				\
	}											\
	DEFINE_RING_WORK(mode##_##object, size, mode##_##object##__put, mode##_##object##__take,\
			 mode##_##object##__put_one, mode##_##object##__take_one)

#define DEFINE_RTE_RINGS(mode, put_burst, take_burst, flags)					\
	DEFINE_RTE_RING(mode, put_burst, take_burst, descriptor, 16, flags)			\
	DEFINE_RTE_RING(mode, put_burst, take_burst, address, 8, flags)

DEFINE_RTE_RINGS(mpmc, rte_ring_mp_enqueue_burst_elem, rte_ring_mc_dequeue_burst_elem, 0)
DEFINE_RTE_RINGS(hts, rte_ring_mp_hts_enqueue_burst_elem, rte_ring_mc_hts_dequeue_burst_elem,
		 RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ)
DEFINE_RTE_RINGS(rts, rte_ring_mp_rts_enqueue_burst_elem, rte_ring_mc_rts_dequeue_burst_elem,
		 RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ)
DEFINE_RTE_RINGS(spsc, rte_ring_sp_enqueue_burst_elem, rte_ring_sc_dequeue_burst_elem,
		 RING_F_SP_ENQ | RING_F_SC_DEQ)

#define KIND(mode, which, of, is_single) {						\
	.name = "rte-" #mode, .object = of, .single = is_single,				\
	.create = mode##_##which##__create, .destroy = free,					\
	.work = mode##_##which##__work,								\
	.put = mode##_##which##__put, .take = mode##_##which##__take,				\
}

const struct ring_kind ring_kinds[] = {
	KIND(mpmc, descriptor, RINGS_DESCRIPTOR, false),
	KIND(mpmc, address, RINGS_ADDRESS, false),
	KIND(hts, descriptor, RINGS_DESCRIPTOR, false),
	KIND(hts, address, RINGS_ADDRESS, false),
	KIND(rts, descriptor, RINGS_DESCRIPTOR, false),
	KIND(rts, address, RINGS_ADDRESS, false),
	KIND(spsc, descriptor, RINGS_DESCRIPTOR, true),
	KIND(spsc, address, RINGS_ADDRESS, true),
	{},
};
