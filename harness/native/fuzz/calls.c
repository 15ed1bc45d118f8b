// SPDX-License-Identifier: MIT
/* What makes the kernel look at rings, as xsk.c does it for sockets on a route. */
#include "world.h"

void calls__kick(struct socket *socket)
{
	u32 others;

	if (!xsk_is_routed(&socket->xs))
		return;
	if (!xsk_driver_redirects(&socket->xs)) {
		xsk_redirect_send(&socket->xs);
	} else {
		others = xsk_serve(socket->xs.pool);
		if (!xsk_redirect_note(&socket->xs))
			xsk_redirect_kick(&socket->xs, others);
	}
}

void calls__receive(struct socket *socket)
{
	if (xsk_is_on_route(&socket->xs))
		xsk_serve(socket->xs.pool);
}

/* poll(POLLOUT): a program that is told no sleeps until it is woken. */
void calls__sleep(struct socket *socket)
{
	bool slept = !list_empty(&socket->wq.wait);

	if (!xsk_is_routed(&socket->xs))
		return;
	if (!slept)
		list_add_tail(&socket->sleeper, &socket->wq.wait);
	if (xsk_redirect_writeable(&socket->xs, true))
		calls__wake(socket);
}

void calls__wake(struct socket *socket)
{
	if (!list_empty(&socket->wq.wait))
		list_del_init(&socket->sleeper);
}

void calls__poll(struct pool *pool, u32 budget)
{
	u32 __xsk_tx_redirect(struct xsk_buff_pool *xp, u32 left);

	if (!pool->xp.tx_redirect || !xsk_pool_on_route(&pool->xp) || pool->busy)
		return;
	pool->busy = true;
	__xsk_tx_redirect(&pool->xp, budget);
	pool->busy = false;
}
