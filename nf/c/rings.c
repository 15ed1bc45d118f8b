// SPDX-License-Identifier: MIT
#include <errno.h>
#include <sys/socket.h>

#include "internal.h"

/* Where the index into a route is in the options of a descriptor. */
enum { edge_shift = 16 };

__u32 flash_socket__receive(struct flash_socket *socket, struct flash_packet *packets, __u32 max)
{
	__u32 idx, count = socket->rings.rx ? xsk_ring_cons__peek(&socket->rx, max, &idx) : 0;

	for (__u32 i = 0; i < count; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(&socket->rx, idx + i);

		packets[i] = (struct flash_packet) {
			.data = xsk_umem__get_data(socket->umem->area, desc->addr),
			.addr = desc->addr,
			.len = desc->len,
		};
		umem__own(socket->umem, desc->addr);
		socket->stats.rx_bytes += desc->len;
	}
	if (count)
		xsk_ring_cons__release(&socket->rx, count);
	socket->stats.rx_packets += count;
	socket->frames->held += count;
	return count;
}

__u32 flash_socket__send(struct flash_socket *socket, const struct flash_packet *packets,
			 __u32 count)
{
	__u32 idx, room = xsk_prod_nb_free(&socket->tx, count);

	if (count > room) {
		socket->stats.tx_full += count - room;
		socket->blocked = true;
		count = room;
	}
	if (!count || !xsk_ring_prod__reserve(&socket->tx, count, &idx))
		return 0;
	for (__u32 i = 0; i < count; i++) {
		*xsk_ring_prod__tx_desc(&socket->tx, idx + i) = (struct xdp_desc) {
			.addr = packets[i].addr,
			.len = packets[i].len,
			.options = packets[i].edge << edge_shift,
		};
		socket->stats.tx_bytes += packets[i].len;
	}
	xsk_ring_prod__submit(&socket->tx, count);
	socket->stats.tx_packets += count;
	socket->frames->held -= count;
	return count;
}

__u32 flash_socket__reclaim(struct flash_socket *socket, __u32 max)
{
	struct xsk_ring_cons *completion = socket->rings.completion;
	__u32 idx, count = xsk_ring_cons__peek(completion, max, &idx);

	for (__u32 i = 0; i < count; i++) {
		__u64 addr = *xsk_ring_cons__comp_addr(completion, idx + i);

		umem__own(socket->umem, addr);
		frames__add_addr(socket->frames, addr);
	}
	if (count)
		xsk_ring_cons__release(completion, count);
	return count;
}

__u32 flash_socket__fill(struct flash_socket *socket)
{
	struct xsk_ring_prod *fill = socket->rings.fill;
	struct flash_frames *frames = socket->frames;
	__u32 idx, count = xsk_prod_nb_free(fill, frames->count);

	if (count > frames->count)
		count = frames->count;
	if (!count || !xsk_ring_prod__reserve(fill, count, &idx))
		return 0;
	for (__u32 i = 0; i < count; i++)
		*xsk_ring_prod__fill_addr(fill, idx + i) = frames->addrs[--frames->count];
	xsk_ring_prod__submit(fill, count);
	return count;
}

__u32 flash_socket__tx_room(struct flash_socket *socket)
{
	__u32 room = xsk_prod_nb_free(&socket->tx, socket->tx.size);

	socket->blocked |= !room;
	return room;
}

__u32 flash_socket__tx_pending(const struct flash_socket *socket)
{
	return *socket->tx.producer - __atomic_load_n(socket->tx.consumer, __ATOMIC_ACQUIRE);
}

/*
 * The kernel sets the flag and then looks at the ring once more. Here it is the other way round, with a
 * full barrier in between as there, so that one of the two sees what the other did.
 */
static bool ring__asks(const struct xsk_ring_prod *ring)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return xsk_ring_prod__needs_wakeup(ring);
}

bool flash_socket__tx_wants_kick(const struct flash_socket *socket)
{
	return flash_socket__tx_pending(socket) && ring__asks(&socket->tx);
}

static bool means_later(int err)
{
	return err == EAGAIN || err == EBUSY || err == ENOBUFS;
}

int flash_socket__kick_tx(struct flash_socket *socket)
{
	__u32 before, pending = flash_socket__tx_pending(socket);

	if (!socket->busy_poll && !flash_socket__tx_wants_kick(socket))
		return 0;
	do {
		before = pending;
		socket->stats.kicks++;
		if (!sendto(socket->fd, NULL, 0, MSG_DONTWAIT, NULL, 0))
			return 0;
		if (!means_later(errno))
			return -errno;
		pending = flash_socket__tx_pending(socket);
	} while (pending && pending < before);
	return pending ? -EAGAIN : 0;
}

int flash_socket__kick_rx(struct flash_socket *socket)
{
	if (!ring__asks(socket->rings.fill))
		return 0;
	socket->stats.kicks++;
	return recvfrom(socket->rx_fd, NULL, 0, MSG_DONTWAIT, NULL, NULL) < 0 ? -errno : 0;
}

int flash_socket__recycle(struct flash_socket *socket)
{
	flash_socket__reclaim(socket, socket->rings.completion->size);
	flash_socket__fill(socket);
	return flash_socket__kick_rx(socket);
}

int flash_socket__stats(const struct flash_socket *socket, struct flash_stats *stats)
{
	socklen_t len = sizeof(stats->kernel);

	*stats = socket->stats;
	return getsockopt(socket->fd, SOL_XDP, XDP_STATISTICS, &stats->kernel, &len) ? -errno : 0;
}
