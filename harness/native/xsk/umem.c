// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

int flash_umem__create(struct flash_umem **out, const struct flash_umem_opts *opts)
{
	struct xsk_umem_config config = {
		.fill_size = opts->ring_size,
		.comp_size = opts->ring_size,
		.frame_size = opts->frame_size,
	};
	struct flash_umem *umem = calloc(1, sizeof(*umem));
	int err = -ENOMEM;

	*out = NULL;
	if (!umem)
		return err;
	umem->frame_size = opts->frame_size;
	umem->size = (__u64)opts->frame_count * opts->frame_size;
	umem->first = calloc(1, sizeof(*umem->first));
	if (!umem->first)
		goto err_umem;

	umem->area = mmap(NULL, umem->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	if (umem->area == MAP_FAILED) {
		err = -errno;
		goto err_pair;
	}
	err = xsk_umem__create(&umem->umem, umem->area, umem->size, &umem->first->fill,
			       &umem->first->completion, &config);
	if (err)
		goto err_area;
	*out = umem;
	return 0;

err_area:
	munmap(umem->area, umem->size);
err_pair:
	free(umem->first);
err_umem:
	free(umem);
	return err;
}

void flash_umem__destroy(struct flash_umem *umem)
{
	if (!umem)
		return;
	xsk_umem__delete(umem->umem);
	munmap(umem->area, umem->size);
	free(umem->first);
	free(umem);
}

int flash_umem__populate(const struct flash_umem *umem)
{
	return madvise(umem->area, umem->size, MADV_POPULATE_WRITE) ? -errno : 0;
}

void *flash_umem__data(const struct flash_umem *umem, __u64 addr)
{
	return xsk_umem__get_data(umem->area, addr);
}

__u64 flash_umem__frame(const struct flash_umem *umem, __u64 addr)
{
	return addr & ~((__u64)umem->frame_size - 1);
}

__u32 flash_umem__frame_size(const struct flash_umem *umem)
{
	return umem->frame_size;
}

__u32 flash_umem__frame_count(const struct flash_umem *umem)
{
	return umem->size / umem->frame_size;
}
