// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "nf.h"

const char *const direction_names[NF_DIRECTIONS] = { "forward", "reverse" };

int port__open(struct port *port, const struct port_spec *spec, const struct options *options,
	       struct pool *pool, int map_fd)
{
	struct xsk_socket_config config = {
		.rx_size = options->ring_size,
		.tx_size = options->ring_size,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = options->bind_flags,
	};
	int err;

	port->spec = spec;
	port->frame_size = options->frame_size;
	port->area = pool->area;
	port->free_frames = calloc(options->frames, sizeof(*port->free_frames));
	if (!port->free_frames)
		return -ENOMEM;
	port->free_capacity = options->frames;

	err = xsk_socket__create_shared(&port->xsk, spec->ifname, spec->queue, pool->umem,
					&port->rx, &port->tx, &port->fill, &port->completion,
					&config);
	if (err) {
		port->xsk = NULL;
		return err;
	}
	return xsk_socket__update_xskmap(port->xsk, map_fd);
}

void port__close(struct port *port)
{
	if (port->xsk)
		xsk_socket__delete(port->xsk);
	free(port->free_frames);
	port->xsk = NULL;
	port->free_frames = NULL;
}

static void port__put_frame(struct port *port, __u64 addr)
{
	/* The capacity is every frame of the UMEM: more can only come from a kernel that doubles some. */
	if (port->free_count < port->free_capacity)
		port->free_frames[port->free_count++] = addr & ~((__u64)port->frame_size - 1);
}

int port__give_frames(struct port *port, __u32 first, __u32 count)
{
	if (count > port->free_capacity - port->free_count)
		return -ENOSPC;
	for (__u32 i = 0; i < count; i++)
		port__put_frame(port, (__u64)(first + i) * port->frame_size);
	port__recycle(port);
	return 0;
}

static void port__reclaim(struct port *port)
{
	__u32 idx, count = xsk_ring_cons__peek(&port->completion, port->completion.size, &idx);

	for (__u32 i = 0; i < count; i++)
		port__put_frame(port, *xsk_ring_cons__comp_addr(&port->completion, idx + i));
	if (count)
		xsk_ring_cons__release(&port->completion, count);
}

static void port__fill(struct port *port)
{
	__u32 idx, count = xsk_prod_nb_free(&port->fill, port->free_count);

	if (count > port->free_count)
		count = port->free_count;
	if (!count || !xsk_ring_prod__reserve(&port->fill, count, &idx))
		return;
	for (__u32 i = 0; i < count; i++)
		*xsk_ring_prod__fill_addr(&port->fill, idx + i) = port->free_frames[--port->free_count];
	xsk_ring_prod__submit(&port->fill, count);
}

/*
 * Completion ring to free frames, free frames to the fill ring, as many as there is room for. That
 * asks for a call when packets wait for its frames, or for room on RX.
 */
void port__recycle(struct port *port)
{
	port__reclaim(port);
	port__fill(port);
	if (xsk_ring_prod__needs_wakeup(&port->fill))
		recvfrom(xsk_socket__fd(port->xsk), NULL, 0, MSG_DONTWAIT, NULL, NULL);
}

bool port__tx_has_room(struct port *port)
{
	return xsk_prod_nb_free(&port->tx, 1) > 0;
}

/* Moves what arrived from RX to TX, but for what the filter takes. Returns how many arrived. */
__u32 port__forward(struct port *port, int drop_udp_port)
{
	struct xdp_desc kept[NF_BATCH];
	__u32 room, idx, count, kept_count = 0;

	room = xsk_prod_nb_free(&port->tx, NF_BATCH);
	count = xsk_ring_cons__peek(&port->rx, room < NF_BATCH ? room : NF_BATCH, &idx);
	for (__u32 i = 0; i < count; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(&port->rx, idx + i);
		const void *packet = xsk_umem__get_data(port->area, desc->addr);

		port->traffic.rx_packets++;
		port->traffic.rx_bytes += desc->len;
		if (filter__drops(packet, desc->len, drop_udp_port)) {
			port->traffic.filtered_packets++;
			port->traffic.filtered_bytes += desc->len;
			port__put_frame(port, desc->addr);
			continue;
		}
		kept[kept_count] = *desc;
		kept[kept_count++].options = 0;
	}
	if (!count)
		return 0;
	xsk_ring_cons__release(&port->rx, count);

	if (kept_count && xsk_ring_prod__reserve(&port->tx, kept_count, &idx)) {
		for (__u32 i = 0; i < kept_count; i++) {
			*xsk_ring_prod__tx_desc(&port->tx, idx + i) = kept[i];
			port->traffic.tx_bytes += kept[i].len;
		}
		xsk_ring_prod__submit(&port->tx, kept_count);
		port->traffic.tx_packets += kept_count;
	}
	return count;
}

static __u32 port__tx_queued(const struct port *port)
{
	return __atomic_load_n(port->tx.producer, __ATOMIC_ACQUIRE) -
	       __atomic_load_n(port->tx.consumer, __ATOMIC_ACQUIRE);
}

bool port__tx_pending(const struct port *port)
{
	return port__tx_queued(port) > 0;
}

/* Not what the kernel goes on with by itself: it takes that to its end. */
bool port__wants_kick(const struct port *port)
{
	return port__tx_pending(port) && xsk_ring_prod__needs_wakeup(&port->tx);
}

/*
 * Has the kernel transmit until it needs no more calls for that, or takes no more. What it does not
 * take stays on the ring: that is backpressure, not an error.
 */
int port__kick(struct port *port)
{
	while (port__wants_kick(port)) {
		__u32 before = port__tx_queued(port);

		if (sendto(xsk_socket__fd(port->xsk), NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 &&
		    errno != EAGAIN && errno != EBUSY && errno != ENOBUFS && errno != ENETDOWN)
			return -errno;
		if (port__tx_queued(port) == before) {
			port->traffic.refused_kicks++;
			return 0;
		}
	}
	return 0;
}
