// SPDX-License-Identifier: MIT
/* Who writes to next, and sockets that close. */
#include "world.h"

static u32 targets_at(const struct socket *socket, u32 index)
{
	const struct xsk_route *route = socket->flash.route;
	const struct xdp_sock *to;

	if (!route)
		return 0;
	index = route->nr == 1 ? 0 : index;
	to = index < route->nr ? route->hops[index].to : NULL;
	return to ? 1 << container_of(to, struct socket, xs)->id : 0;
}

/* From now on it may also come to where the route leads, or the one that is being set. */
void routes__may_get(struct packet *packet)
{
	const struct socket *socket = &world->sockets[packet->source];
	u32 index = socket->nr_setting == 1 ? 0 : packet->index;

	packet->to |= targets_at(socket, packet->index);
	if (index < socket->nr_setting)
		packet->to |= 1 << socket->setting[index].id;
}

static void routes__note(const struct socket *socket)
{
	for (u32 i = 0; i < world->nr_packets; i++)
		if (world->packets[i].source == socket->id)
			routes__may_get(&world->packets[i]);
}

static bool may_change(const struct socket *socket)
{
	return !world->reading && !socket->closed && !socket->flash.route_mutex.held && !xsk_flash_mutex.held;
}

void routes__set(struct socket *socket, u32 nr, u32 targets)
{
	struct xsk_route_target to[XSK_ROUTE_MAX] = {};

	if (!may_change(socket))
		return;
	for (u32 i = 0; i < nr; i++) {
		to[i].id = (targets >> i * 3 % 24) % NR_SOCKETS;
		if (socket->tenant->hostile)
			world->from_hostile |= 1 << to[i].id;
		world->sockets[to[i].id].tenant->copied_to |= world->sockets[to[i].id].tenant != socket->tenant;
		socket->to_hostile |= world->sockets[to[i].id].tenant->hostile;
	}
	socket->setting = to;
	socket->nr_setting = nr;
	routes__note(socket);
	xsk_route_set(&socket->flash, NULL, to, nr);
	socket->nr_setting = 0;
	routes__note(socket);
}

void routes__clear(struct socket *socket)
{
	if (may_change(socket))
		xsk_route_clear(&socket->flash, NULL);
}

/* Its program has what is on its rings. */
static void socket__empty(struct socket *socket)
{
	struct xsk_queue *tx = socket->xs.tx;
	const struct xdp_rxtx_ring *ring = (const struct xdp_rxtx_ring *)tx->ring;

	/* A NAPI poll that was under way has ended by now, and found the ring plain, joining or shared. */
	driver__flush(socket);
	program__receive(socket, ~0u);
	for (u32 at = tx->cached_cons; at != socket->tx; at++) {
		u64 frame = frame__number(socket->tenant, ring->desc[at & tx->ring_mask].addr);

		world->packets[socket->tenant->packet_of[frame] - 1].state = PACKET_UNUSED;
		frame__put(socket->tenant, frame);
	}
}

void routes__close(struct socket *socket)
{
	if (!may_change(socket) || socket->pool->busy)
		return;
	xsk_route_detach(&socket->flash);
	socket->closed = true;
	socket->xs.state = XSK_UNBOUND;
	if (!socket->xs.routed)
		xp_del_xsk(&socket->pool->xp, &socket->xs);
	synchronize_net();
	if (!socket->tenant->hostile)
		socket__empty(socket);
	xskq_destroy(socket->xs.rx);
	xskq_destroy(socket->xs.tx);
	socket->xs.rx = socket->xs.tx = NULL;
	kfree(socket->flash.batch);
	kvfree(socket->flash.stage);
	socket->flash.batch = NULL;
	socket->flash.stage = NULL;
}
