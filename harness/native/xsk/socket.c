// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "flash_xsk.h"

/* Where the kernel puts a packet that it copies into a frame. */
#define HEADROOM	256
/* How often a queue is asked for that is in use, a millisecond apart. */
#define BUSY_TRIES	3000

int umem__create(struct umem *umem, uint32_t frames, uint32_t ring_size, struct port *first)
{
	struct xsk_umem_config config = {
		.fill_size = ring_size,
		.comp_size = ring_size,
		.frame_size = HOPS_FRAME_BYTES,
	};
	int err;

	umem->size = (uint64_t)frames * HOPS_FRAME_BYTES;
	umem->area = mmap(NULL, umem->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (umem->area == MAP_FAILED) {
		umem->area = NULL;
		return -errno;
	}
	err = xsk_umem__create(&umem->umem, umem->area, umem->size, &first->fill, &first->completion,
			       &config);
	if (err)
		umem__destroy(umem);
	return err;
}

void umem__populate(const struct umem *umem)
{
	madvise(umem->area, umem->size, MADV_POPULATE_WRITE);
}

void umem__destroy(struct umem *umem)
{
	if (umem->umem)
		xsk_umem__delete(umem->umem);
	if (umem->area)
		munmap(umem->area, umem->size);
	*umem = (struct umem) { };
}

int frames__create(struct frames *frames, uint32_t capacity)
{
	frames->free = calloc(capacity, sizeof(*frames->free));
	frames->capacity = frames->free ? capacity : 0;
	return frames->free ? 0 : -ENOMEM;
}

/* The capacity is every frame there is: more can only come from a kernel that doubles some. */
void frames__put(struct frames *frames, uint64_t addr)
{
	if (frames->count == frames->capacity) {
		fputs("hops: there are more frames than there were\n", stderr);
		abort();
	}
	frames->free[frames->count++] = addr & ~(uint64_t)(HOPS_FRAME_BYTES - 1);
}

/* System calls run the driver's NAPI poll, rather than wait for an interrupt to. */
static int port__poll_busily(const struct port *port)
{
	static const struct {
		int name, value;
	} options[] = { { SO_PREFER_BUSY_POLL, 1 }, { SO_BUSY_POLL, 20 }, { SO_BUSY_POLL_BUDGET, 64 } };

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (setsockopt(port->fd, SOL_SOCKET, options[i].name, &options[i].value,
			       sizeof(options[i].value)))
			return -errno;
	return 0;
}

int port__open(struct port *port, const struct hops_options *options, const struct umem *umem,
	       struct frames *frames, const char *ifname, uint32_t queue)
{
	struct xsk_socket_config config = {
		.rx_size = options->ring_size,
		.tx_size = options->ring_size,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = (options->zero_copy ? XDP_ZEROCOPY : XDP_COPY) | XDP_USE_NEED_WAKEUP,
	};
	int err, tries = 0;

	port->area = umem->area;
	port->frames = frames;
	/* The kernel lets go of a queue some time after the process that had it has ended. */
	while ((err = xsk_socket__create_shared(&port->xsk, ifname, queue, umem->umem, &port->rx,
						&port->tx, &port->fill, &port->completion,
						&config)) == -EBUSY && tries++ < BUSY_TRIES)
		nanosleep(&(struct timespec) { .tv_nsec = 1000000 }, NULL);
	if (err) {
		port->xsk = NULL;
		return err;
	}
	port->fd = xsk_socket__fd(port->xsk);
	if (options->wait == HOPS_BUSY) {
		port->always_kick = true;
		err = port__poll_busily(port);
		if (err)
			port__close(port);
	}
	return err;
}

void port__close(struct port *port)
{
	if (port->xsk)
		xsk_socket__delete(port->xsk);
	port->xsk = NULL;
}

void port__reclaim(struct port *port)
{
	uint32_t idx, n = xsk_ring_cons__peek(&port->completion, port->completion.size, &idx);

	for (uint32_t i = 0; i < n; i++)
		frames__put(port->frames, *xsk_ring_cons__comp_addr(&port->completion, idx + i));
	if (n)
		xsk_ring_cons__release(&port->completion, n);
}

static void port__put_on_fill_ring(struct port *port)
{
	struct frames *frames = port->frames;
	uint32_t idx, n = xsk_prod_nb_free(&port->fill, frames->count);

	if (n > frames->count)
		n = frames->count;
	if (!n || !xsk_ring_prod__reserve(&port->fill, n, &idx))
		return;
	for (uint32_t i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&port->fill, idx + i) = frames->free[--frames->count];
	xsk_ring_prod__submit(&port->fill, n);
}

/*
 * The fill ring asks for a call when a zero-copy driver ran out of frames, and when the kernel has
 * packets for this socket that wait for frames or for room on RX, even if no frame is put there now.
 */
void port__fill(struct port *port)
{
	port__put_on_fill_ring(port);
	if (xsk_ring_prod__needs_wakeup(&port->fill))
		recvfrom(port->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
}

uint32_t port__receive(struct port *port, struct packet *packets, uint32_t max)
{
	uint32_t idx, n = xsk_ring_cons__peek(&port->rx, max, &idx);

	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(&port->rx, idx + i);

		packets[i] = (struct packet) {
			.data = port->area + desc->addr,
			.bytes = desc->len,
			.handle = desc->addr,
		};
	}
	if (n)
		xsk_ring_cons__release(&port->rx, n);
	return n;
}

uint32_t port__allocate(struct port *port, struct packet *packets, uint32_t max, uint32_t bytes)
{
	struct frames *frames = port->frames;
	uint32_t n = frames->count < max ? frames->count : max;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t addr = frames->free[--frames->count] + HEADROOM;

		packets[i] = (struct packet) {
			.data = port->area + addr,
			.bytes = bytes,
			.handle = addr,
		};
	}
	return n;
}

uint32_t port__send(struct port *port, const struct packet *packets, uint32_t count)
{
	uint32_t idx, n = xsk_prod_nb_free(&port->tx, count);

	if (n > count)
		n = count;
	if (!n || !xsk_ring_prod__reserve(&port->tx, n, &idx))
		return 0;
	for (uint32_t i = 0; i < n; i++)
		*xsk_ring_prod__tx_desc(&port->tx, idx + i) = (struct xdp_desc) {
			.addr = packets[i].handle,
			.len = packets[i].bytes,
		};
	xsk_ring_prod__submit(&port->tx, n);
	port__kick(port);
	return n;
}

void port__kick(struct port *port)
{
	uint32_t before, pending = port__tx_pending(port);

	if (!port->always_kick && (!pending || !xsk_ring_prod__needs_wakeup(&port->tx)))
		return;
	do {
		before = pending;
		if (sendto(port->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) == 0 ||
		    (errno != EAGAIN && errno != EBUSY))
			return;
		pending = port__tx_pending(port);
	} while (port->to_device && pending && pending < before);
}

uint32_t port__tx_pending(const struct port *port)
{
	return *port->tx.producer - __atomic_load_n(port->tx.consumer, __ATOMIC_ACQUIRE);
}
