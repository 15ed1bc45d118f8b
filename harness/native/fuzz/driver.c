// SPDX-License-Identifier: MIT
/* The driver of a pool: what it receives, and sends of sockets that are not routed. Each pool has one. */
#include "world.h"

#define WIRE_BYTE 0x77
#define WIRE_BYTES 60

static bool driver__take(struct pool *pool, u64 *addr)
{
	struct xsk_buff_pool *xp = &pool->xp;

	if (pool->nr_held) {
		*addr = pool->held[--pool->nr_held];
		return true;
	}
	if (!xskq_is_plain(xp->fq))
		return xp_take_frames(xp, addr, 1, xp->fq->nentries);
	if (!xskq_cons_peek_addr_unchecked(xp->fq, addr))
		return false;
	xskq_cons_release(xp->fq);
	return xp_copy_frames(xp, addr, addr, 1);
}

/* As __xsk_rcv_zc(): the plain ring is published at the flush. */
static bool driver__put(struct socket *socket, u64 addr)
{
	struct xsk_buff_pool *xp = &socket->pool->xp;
	u64 offset = xp->headroom + XDP_PACKET_HEADROOM;
	struct xdp_desc desc = {
		.addr = xp->unaligned ? addr + (offset << XSK_UNALIGNED_BUF_OFFSET_SHIFT) : addr + offset,
		.len = WIRE_BYTES,
	};

	memset(xp_raw_get_data(xp, desc.addr), WIRE_BYTE, WIRE_BYTES);
	if (xskq_is_plain(socket->xs.rx))
		return !xskq_prod_reserve_desc(socket->xs.rx, desc.addr, desc.len, 0);
	return xskq_driver_enqueue(socket->xs.rx, &desc, 1);
}

/* What xsk_flush() does to the RX ring at the end of a NAPI poll. */
void driver__flush(struct socket *socket)
{
	if (xskq_is_plain(socket->xs.rx))
		xskq_prod_submit(socket->xs.rx);
	else
		xskq_driver_enqueue(socket->xs.rx, NULL, 0);
}

void driver__receive(struct socket *socket, u32 n)
{
	struct pool *pool = socket->pool;
	u64 addr;

	if (pool->busy || pool->tenant->hostile)
		return;
	pool->busy = true;
	for (u32 i = 0; i < n % 8; i++) {
		if (!driver__take(pool, &addr))
			break;
		if (!driver__put(socket, addr)) {
			u64 frame = frame__number(pool->tenant, addr);

			memset(frame__data(pool->tenant, frame), HONEST_BYTE | pool->tenant->id,
			       pool->tenant->chunk);
			pool->held[pool->nr_held++] = addr;
			break;
		}
	}
	if (n & 8) { /* else it flushes later */
		driver__flush(socket);
		if (xskq_is_plain(pool->xp.fq))
			__xskq_cons_release(pool->xp.fq);
	}
	pool->busy = false;
}

static u32 packet__frags(const struct socket *socket)
{
	struct xsk_queue *tx = socket->xs.tx;
	const struct xdp_rxtx_ring *ring = (const struct xdp_rxtx_ring *)tx->ring;
	u32 at = tx->cached_cons;

	while (at != socket->tx)
		if (!xp_mb_desc(&ring->desc[at++ & tx->ring_mask]))
			return at - tx->cached_cons;
	return 0;
}

/* As xsk_tx_peek_desc() and xsk_tx_release(). */
void driver__send(struct socket *socket, u32 n)
{
	struct xsk_queue *tx = socket->xs.tx, *cq = socket->pool->xp.cq;
	struct tenant *tenant = socket->tenant;
	struct xdp_desc desc;
	u32 frags;

	if (socket->pool->busy || tenant->hostile || xsk_is_routed(&socket->xs))
		return;
	for (; n; n--) {
		frags = packet__frags(socket);
		if (!frags || xskq_prod_nb_free(cq, frags) < frags)
			break;
		while (frags--) {
			u64 frame;
			struct packet *packet;

			/* With the index of a target it is not valid here, and given back. */
			if (!xskq_cons_peek_desc(tx, &desc, &socket->pool->xp) &&
			    !(desc.options >> 16))
				world__fail("a valid descriptor of socket %u is refused", socket->id);
			frame = frame__number(tenant, desc.addr);
			packet = &world->packets[tenant->packet_of[frame] - 1];
			if (packet->state == PACKET_SENT)
				socket->nr_on_wire++;
			packet->state = PACKET_ON_WIRE;
			xskq_prod_reserve_addr(cq, desc.addr);
			socket->pool->flying[socket->pool->nr_flying++] = frame;
			xskq_cons_release(tx);
		}
	}
	__xskq_cons_release(tx);
}

void driver__sent(struct pool *pool, u32 n)
{
	n = min(n, xskq_prod_nb_pending(pool->xp.cq));
	if (pool->tenant->hostile)
		return;
	if (xskq_prod_nb_pending(pool->xp.cq) != pool->nr_flying)
		world__fail("%u frames are on their way, and %u entries of the completion ring", pool->nr_flying,
			    xskq_prod_nb_pending(pool->xp.cq));
	if (!n)
		return;
	xskq_prod_submit_n(pool->xp.cq, n);
	pool->nr_flying -= n;
	for (u32 i = 0; i < pool->nr_flying; i++)
		pool->flying[i] = pool->flying[i + n];
}
