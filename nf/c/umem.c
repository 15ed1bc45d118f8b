// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

int flash_umem__open(struct flash_umem *umem, __u64 netns)
{
	struct xsk_umem_config config = {
		.fill_size = umem->ring_size,
		.comp_size = umem->ring_size,
		.frame_size = umem->frame_size,
	};
	int err;

	umem->first = calloc(1, sizeof(*umem->first));
	if (!umem->first)
		return -ENOMEM;
	err = xsk_umem__create(&umem->umem, umem->area, umem->size, &umem->first->fill,
			       &umem->first->completion, &config);
	if (err) {
		free(umem->first);
		umem->first = NULL;
		umem->umem = NULL;
		return err;
	}
	fcntl(xsk_umem__fd(umem->umem), F_SETFD, FD_CLOEXEC);
	umem->netns = netns;
	return 0;
}

void flash_umem__close(struct flash_umem *umem)
{
	int fd;

	if (!umem->umem)
		return;
	fd = xsk_umem__fd(umem->umem);
	/* libxdp counts a socket that it failed to open, and keeps the UMEM for that. */
	if (xsk_umem__delete(umem->umem))
		close(fd);
	free(umem->first);
	umem->first = NULL;
	umem->umem = NULL;
	umem->shown = NULL;
}

int flash_umem__show(struct flash_umem *umem, const struct flash_socket *socket)
{
	if (umem->shown != socket && dup3(socket->fd, xsk_umem__fd(umem->umem), O_CLOEXEC) < 0)
		return -errno;
	umem->shown = socket;
	return 0;
}

int flash_netns__cookie(__u64 *cookie)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	socklen_t len = sizeof(*cookie);

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &len))
		err = -errno;
	close(fd);
	return err;
}

int flash_umem__create(struct flash_umem **out, const struct flash_umem_opts *opts)
{
	struct flash_umem *umem = calloc(1, sizeof(*umem));
	__u64 netns;
	int err;

	*out = NULL;
	if (!umem)
		return -ENOMEM;
	umem->frame_size = opts->frame_size;
	umem->ring_size = opts->ring_size;
	umem->size = (__u64)opts->frame_count * opts->frame_size;

	umem->area = mmap(NULL, umem->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	if (umem->area == MAP_FAILED) {
		err = -errno;
		goto err_umem;
	}
	err = flash_netns__cookie(&netns);
	if (!err)
		err = flash_umem__open(umem, netns);
	if (err)
		goto err_area;
	*out = umem;
	return 0;

err_area:
	munmap(umem->area, umem->size);
err_umem:
	free(umem);
	return err;
}

void flash_umem__destroy(struct flash_umem *umem)
{
	if (!umem)
		return;
	flash_umem__close(umem);
	if (umem->owners)
		munmap(umem->owners, flash_umem__frame_count(umem));
	munmap(umem->area, umem->size);
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
