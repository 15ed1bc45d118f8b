// SPDX-License-Identifier: MIT
/* What the shipped files call and is not among them: a clock, work, locks that sleep, who may do what. */
#include <linux/capability.h>
#include <linux/jiffies.h>

#include "world.h"

#define MAX_LATER 1024

unsigned long jiffies;
bool xsk_tx_tracking;
struct mutex xsk_flash_mutex;
struct xarray xsk_flash_sockets;
static struct delayed_work *all_work;
static void *later[MAX_LATER];
static u32 nr_later;

void shim_warn(const char *file, int line, const char *condition)
{
	world__fail("WARN_ON_ONCE(%s) at %s:%d", condition, file, line);
}

void mutex_lock(struct mutex *mutex)
{
	if (mutex->held)
		world__fail("a mutex is taken twice");
	mutex->held = 1;
}

void mutex_unlock(struct mutex *mutex)
{
	mutex->held = 0;
}

bool ns_capable(struct user_namespace *ns, int cap)
{
	return true;
}

bool file_ns_capable(const struct file *file, struct user_namespace *ns, int cap)
{
	return true;
}

struct net *sock_net(const struct sock *sk)
{
	static struct net net;

	return &net;
}

bool xsk_may_see(const struct xsk_flash *flash)
{
	return true;
}

void *xa_load(struct xarray *array, unsigned long index)
{
	struct socket *socket = index < NR_SOCKETS ? &world->sockets[index] : NULL;

	return socket && !socket->closed ? &socket->flash : NULL;
}

void shim_free_later(void *p)
{
	if (nr_later == MAX_LATER)
		world__fail("more waits for a grace period than there is");
	later[nr_later++] = p;
}

/* Whoever is at something has ended by then; new ones come and go meanwhile. */
void synchronize_net(void)
{
	if (world->meanwhile)
		world->meanwhile();
	for (u32 i = 0; world->has_moments && !world->quiet && world->depth < MAX_DEPTH && i < 3; i++) {
		world->depth++;
		steps__run(world__random(256), world__random(256), world__random(256), world__random(256));
		world->depth--;
	}
	while (nr_later)
		free(later[--nr_later]);
}

void sock_def_readable(struct sock *sk)
{
	calls__wake(container_of(sk, struct socket, xs.sk));
}

void wake_up_interruptible_poll(struct list_head *wait, unsigned int events)
{
	calls__wake(container_of(wait, struct socket, wq.wait));
}

int xsk_wakeup(struct xdp_sock *xs, u8 flags)
{
	return -ENETDOWN;
}

void shim_init_delayed_work(struct delayed_work *dwork, void (*function)(struct work_struct *work))
{
	*dwork = (struct delayed_work) { .function = function };
}

/* Work that was never queued may go without being cancelled. */
static void work__queue(struct delayed_work *dwork, unsigned long delay)
{
	struct delayed_work *at = all_work;

	while (at && at != dwork)
		at = at->next;
	if (!at) {
		dwork->next = all_work;
		all_work = dwork;
	}
	dwork->pending = true;
	/* Timers are never early: what is left of this tick is on top. */
	dwork->due = jiffies + delay + !!delay;
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	if (dwork->pending)
		return false;
	work__queue(dwork, delay);
	return true;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	bool was = dwork->pending;

	work__queue(dwork, delay);
	return was;
}

/* Of nobody who is still running: pools go last. */
bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	struct delayed_work **at = &all_work;

	while (*at && *at != dwork)
		at = &(*at)->next;
	if (*at)
		*at = dwork->next;
	dwork->pending = false;
	return true;
}

/* Runs what is due: each once a tick, and not while it runs already. */
void calls__tick(u32 ms)
{
	struct delayed_work *dwork, *next;

	for (u32 i = 0; i < ms; i++) {
		jiffies++;
		for (dwork = all_work; dwork; dwork = next) {
			next = dwork->next;
			if (!dwork->pending || dwork->running || time_before(jiffies, dwork->due))
				continue;
			dwork->pending = false;
			dwork->running = true;
			dwork->nr_runs++;
			dwork->function(&dwork->work);
			dwork->running = false;
		}
	}
}

bool calls__idle(void)
{
	for (struct delayed_work *dwork = all_work; dwork; dwork = dwork->next)
		if (dwork->pending)
			return false;
	return true;
}

/* As xsk.c, of which there is only what concerns the TX ring. There is no device. */
void xsk_tx_to_redirect(struct xdp_sock *xs)
{
	WRITE_ONCE(xs->routed, true);
	xp_del_xsk(xs->pool, xs);
}

void xsk_tx_taken(struct xdp_sock *xs)
{
	__xskq_cons_release(xs->tx);
	WRITE_ONCE(xs->tx->ring->flags, XDP_RING_NEED_WAKEUP);
	xs->flash->tx_asks = true;
}

void xsk_tx_to_driver(struct xdp_sock *xs)
{
	xp_add_xsk(xs->pool, xs);
	WRITE_ONCE(xs->routed, false);
	WRITE_ONCE(xs->tx->ring->flags, XDP_RING_NEED_WAKEUP);
	synchronize_net();
}

/* Others get ahead of a context that is held up. */
static void others__run(const char *point, bool may_sleep)
{
	/* Others would wait for it there, or it holds a lock that they want. */
	static const char *const alone[] = {
		"rx-reserved", "share-prod", "sleeper-awake", "sleeper-seen", "route-found",
	};
	bool was = world->reading;

	for (u32 i = 0; i < sizeof(alone) / sizeof(*alone); i++)
		if (!__builtin_strcmp(point, alone[i]))
			return;
	if (!world->has_moments || world->quiet || world->depth >= MAX_DEPTH || world__random(4))
		return;

	world->depth++;
	world->reading |= !may_sleep;
	steps__run(world__random(256), world__random(256), world__random(256), world__random(256));
	world->reading = was;
	world->depth--;
}

/* Where a context can be held. */
void __xsk_hold(const char *point, u32 id, bool may_sleep)
{
	if (world->at)
		world->at(point);
	shim_moment();
	others__run(point, may_sleep);
	if (!__builtin_strcmp(point, "carry-claimed"))
		hostile__scrub(&world->sockets[id]);
}

/* User space is always there. */
void shim_moment(void)
{
	static bool inside;

	if (inside || !world->has_moments || world->quiet || world__random(8))
		return;
	inside = true;
	hostile__act(&world->tenants[world__random(NR_TENANTS)], world__random(256), world__random(256),
		     (u64)world__random(~0u) << 32 | world__random(~0u));
	inside = false;
}
