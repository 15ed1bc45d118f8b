// SPDX-License-Identifier: MIT
/* Sockets that somebody else opened: all that there is of them are descriptors and sizes. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "internal.h"

enum { least_frame = 2048, most_frame = 4096 };

static bool is_power_of_two(__u32 number)
{
	return number && !(number & (number - 1));
}

int flash_umem__from_fd(struct flash_umem **out, int fd, __u32 frame_size, __u32 frame_count)
{
	__u64 size = (__u64)frame_size * frame_count;
	struct flash_umem *umem;
	struct stat memory;
	int err;

	*out = NULL;
	if (!is_power_of_two(frame_size) || frame_size < least_frame || frame_size > most_frame)
		return -EPROTO;
	if (fstat(fd, &memory))
		return -errno;
	if (!size || size > (__u64)memory.st_size)
		return -EPROTO;
	umem = calloc(1, sizeof(*umem));
	if (!umem)
		return -ENOMEM;
	umem->frame_size = frame_size;
	umem->size = size;
	umem->area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (umem->area == MAP_FAILED) {
		err = -errno;
		free(umem);
		return err;
	}
	*out = umem;
	return 0;
}

int flash_umem__share(struct flash_umem *umem, int fd, __u8 owner)
{
	__u64 count = flash_umem__frame_count(umem);
	struct stat owners;
	void *start;

	if (fstat(fd, &owners))
		return -errno;
	if (count > (__u64)owners.st_size)
		return -EPROTO;
	start = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED)
		return -errno;
	umem->owners = start;
	umem->owner = owner;
	return 0;
}

/* What is common to both kinds of libxdp's rings. */
#define ring__set_up(ring, start, offset, entries)                                                 \
	do {                                                                                       \
		(ring)->size = (entries);                                                          \
		(ring)->mask = (entries)-1;                                                        \
		(ring)->producer = (void *)((char *)(start) + (offset)->producer);                 \
		(ring)->consumer = (void *)((char *)(start) + (offset)->consumer);                 \
		(ring)->flags = (void *)((char *)(start) + (offset)->flags);                       \
		(ring)->ring = (char *)(start) + (offset)->desc;                                   \
		(ring)->cached_prod = *(ring)->producer;                                           \
		(ring)->cached_cons = *(ring)->consumer;                                           \
	} while (0)

/* Returns NULL and sets errno if it fails. */
static void *map_ring(struct ring_mapping *mapping, int fd, __u64 page, __u64 len)
{
	void *start = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, page);

	if (start == MAP_FAILED)
		return NULL;
	*mapping = (struct ring_mapping) { start, len };
	return start;
}

static int set_up_producer(struct xsk_ring_prod *ring, struct ring_mapping *mapping, int fd,
			   __u64 page, const struct xdp_ring_offset *offset, __u32 entries,
			   size_t entry)
{
	void *start = map_ring(mapping, fd, page, offset->desc + entries * entry);

	if (!start)
		return -errno;
	ring__set_up(ring, start, offset, entries);
	/* As libxdp has it: the consumer is a ring ahead. */
	ring->cached_cons += entries;
	return 0;
}

static int set_up_consumer(struct xsk_ring_cons *ring, struct ring_mapping *mapping, int fd,
			   __u64 page, const struct xdp_ring_offset *offset, __u32 entries,
			   size_t entry)
{
	void *start = map_ring(mapping, fd, page, offset->desc + entries * entry);

	if (!start)
		return -errno;
	ring__set_up(ring, start, offset, entries);
	return 0;
}

static int map_rings(struct flash_socket *socket, const struct ring_sizes *sizes)
{
	struct ring_mapping *mappings = socket->mappings;
	struct xdp_mmap_offsets offsets;
	socklen_t len = sizeof(offsets);
	int err, fd = socket->fd;

	if (getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &len))
		return -errno;
	if (len != sizeof(offsets))
		return -EPROTO;
	err = set_up_consumer(&socket->rx, &mappings[0], fd, XDP_PGOFF_RX_RING, &offsets.rx,
			      sizes->rx, sizeof(struct xdp_desc));
	if (!err)
		err = set_up_producer(&socket->tx, &mappings[1], fd, XDP_PGOFF_TX_RING, &offsets.tx,
				      sizes->tx, sizeof(struct xdp_desc));
	if (!err)
		err = set_up_producer(&socket->pair->fill, &mappings[2], fd,
				      XDP_UMEM_PGOFF_FILL_RING, &offsets.fr, sizes->fill,
				      sizeof(__u64));
	if (!err)
		err = set_up_consumer(&socket->pair->completion, &mappings[3], fd,
				      XDP_UMEM_PGOFF_COMPLETION_RING, &offsets.cr,
				      sizes->completion, sizeof(__u64));
	return err;
}

int flash_socket__from_fd(struct flash_socket **out, struct flash_umem *umem,
			  struct flash_frames *frames, int fd, const struct ring_sizes *sizes)
{
	struct flash_socket *socket;
	int err;

	*out = NULL;
	if (!is_power_of_two(sizes->rx) || !is_power_of_two(sizes->tx) ||
	    !is_power_of_two(sizes->fill) || !is_power_of_two(sizes->completion))
		return -EPROTO;
	socket = calloc(1, sizeof(*socket));
	if (!socket)
		return -ENOMEM;
	socket->fd = fd;
	socket->rx_fd = fd;
	socket->umem = umem;
	socket->frames = frames;
	socket->pair = calloc(1, sizeof(*socket->pair));
	err = socket->pair ? map_rings(socket, sizes) : -ENOMEM;
	if (err) {
		flash_socket__destroy(socket);
		return err;
	}
	socket->rings = (struct flash_rings) {
		.fill = &socket->pair->fill,
		.tx = &socket->tx,
		.completion = &socket->pair->completion,
		.rx = &socket->rx,
	};
	*out = socket;
	return 0;
}

void flash_socket__unmap(struct flash_socket *socket)
{
	for (int i = 0; i < 4; i++)
		if (socket->mappings[i].start)
			munmap(socket->mappings[i].start, socket->mappings[i].len);
	free(socket->pair);
}
