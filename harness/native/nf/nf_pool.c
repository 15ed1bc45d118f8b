// SPDX-License-Identifier: MIT
#include <errno.h>
#include <sys/mman.h>

#include "nf.h"

/*
 * The memory is MAP_SHARED so that processes forked later see the same packets. libxdp sets up the
 * fill and completion ring together with the UMEM: they are those of the first port.
 */
int pool__create(struct pool *pool, const struct options *options, struct port *first)
{
	struct xsk_umem_config config = {
		.fill_size = options->ring_size,
		.comp_size = options->ring_size,
		.frame_size = options->frame_size,
	};
	int err;

	pool->frame_size = options->frame_size;
	pool->size = (__u64)options->frames * options->frame_size;
	pool->area = mmap(NULL, pool->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	if (pool->area == MAP_FAILED) {
		pool->area = NULL;
		return -errno;
	}

	err = xsk_umem__create(&pool->umem, pool->area, pool->size, &first->fill,
			       &first->completion, &config);
	if (err) {
		munmap(pool->area, pool->size);
		pool->area = NULL;
	}
	return err;
}

void pool__destroy(struct pool *pool)
{
	if (pool->umem)
		xsk_umem__delete(pool->umem);
	if (pool->area)
		munmap(pool->area, pool->size);
	pool->umem = NULL;
	pool->area = NULL;
}
