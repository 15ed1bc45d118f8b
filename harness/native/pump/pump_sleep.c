// SPDX-License-Identifier: MIT
/*
 * Ends that sleep as programs do, without a time-out: a source that waits until it may write, and a
 * target of one kind or another. Whoever is forgotten sleeps for ever; SIGTERM has the rings shown.
 *
 *	source thread: fill TX, ask the kernel only if TX says so, sleep once TX is full
 *	target thread: empty RX, fill the fill ring, and what its kind does besides
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pump.h"

struct sleep {
	struct end source, target;
	__u64 packets;
	__u32 batch;
	int epoll;
	int (*wait)(struct sleep *sleep);
	void (*after)(struct sleep *sleep, __u32 received);
};

static int wait_in_poll(struct sleep *sleep)
{
	struct pollfd waiting = { .fd = end__fd(&sleep->source), .events = POLLOUT };

	return poll(&waiting, 1, -1);
}

static int wait_in_epoll(struct sleep *sleep)
{
	struct epoll_event event;

	return epoll_wait(sleep->epoll, &event, 1, -1);
}

static int open_epoll(struct sleep *sleep, __u32 trigger)
{
	struct epoll_event event = { .events = EPOLLOUT | trigger };

	sleep->epoll = epoll_create1(0);
	if (sleep->epoll < 0 ||
	    epoll_ctl(sleep->epoll, EPOLL_CTL_ADD, end__fd(&sleep->source), &event))
		return -errno;
	sleep->wait = wait_in_epoll;
	return 0;
}

static int choose_wait(struct sleep *sleep, const char *name)
{
	if (!strcmp(name, "level"))
		return open_epoll(sleep, 0);
	if (!strcmp(name, "edge"))
		return open_epoll(sleep, EPOLLET);
	sleep->wait = wait_in_poll;
	return strcmp(name, "poll") ? -EINVAL : 0;
}

/* Never calls anything of its socket. */
static void be_busy(struct sleep *sleep, __u32 received)
{
	(void)sleep;
	if (!received)
		sched_yield();
}

static void heed_flag(struct sleep *sleep, __u32 received)
{
	if (xsk_ring_prod__needs_wakeup(sleep->target.rings->fill))
		recvfrom(end__fd(&sleep->target), NULL, 0, MSG_DONTWAIT, NULL, NULL);
	else
		be_busy(sleep, received);
}

/* Calls once for what it took. */
static void tell(struct sleep *sleep, __u32 received)
{
	static const struct timespec nap = { .tv_nsec = 20000 };

	if (received)
		recvfrom(end__fd(&sleep->target), NULL, 0, MSG_MORE, NULL, NULL);
	else
		nanosleep(&nap, NULL);
}

static void sleep_in_poll(struct sleep *sleep, __u32 received)
{
	struct pollfd waiting = { .fd = end__fd(&sleep->target), .events = POLLIN };

	if (!received)
		poll(&waiting, 1, -1);
}

static const struct {
	const char *name;
	void (*after)(struct sleep *sleep, __u32 received);
} kinds[] = {
	{ "busy", be_busy }, { "heeds", heed_flag }, { "tells", tell }, { "sleeps", sleep_in_poll },
};

static int choose_kind(struct sleep *sleep, const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, name))
			sleep->after = kinds[i].after;
	return sleep->after ? 0 : -EINVAL;
}

static void *run_source(void *arg)
{
	struct sleep *sleep = arg;
	struct end *source = &sleep->source;

	while (source->sent < sleep->packets) {
		__u64 left = sleep->packets - source->sent;

		end__reclaim(source);
		end__send_within(source, left < sleep->batch ? left : sleep->batch);
		/* What was sent is to be seen by whoever set the flag after it was looked at. */
		atomic_thread_fence(memory_order_seq_cst);
		if (xsk_ring_prod__needs_wakeup(source->rings->tx))
			sendto(end__fd(source), NULL, 0, MSG_DONTWAIT, NULL, 0);
		if (!flash_socket__tx_room(source->socket))
			sleep->wait(sleep);
	}
	return NULL;
}

static void *run_target(void *arg)
{
	struct sleep *sleep = arg;
	struct end *target = &sleep->target;

	while (target->received < sleep->packets) {
		__u32 received = end__receive(target);

		end__fill(target);
		sleep->after(sleep, received);
	}
	return NULL;
}

static void show_end(const char *name, const struct end *end)
{
	const struct flash_rings *rings = end->rings;

	printf(",\"%s\":\"RX %u-%u, TX %u-%u%s, FQ %u-%u%s, CQ %u-%u\"", name,
	       *rings->rx->producer, *rings->rx->consumer,
	       *rings->tx->producer, *rings->tx->consumer,
	       xsk_ring_prod__needs_wakeup(rings->tx) ? " asks" : "",
	       *rings->fill->producer, *rings->fill->consumer,
	       xsk_ring_prod__needs_wakeup(rings->fill) ? " asks" : "",
	       *rings->completion->producer, *rings->completion->consumer);
}

static void report(const struct sleep *sleep)
{
	printf("{\"sent\":%llu,\"received\":%llu,\"reordered\":%llu", sleep->source.sent,
	       sleep->target.received, sleep->target.reordered);
	show_end("source", &sleep->source);
	show_end("target", &sleep->target);
	puts("}");
	fflush(stdout);
}

/* The ends may be asleep for good. */
static void *report_when_told(void *arg)
{
	sigset_t term;
	int signal;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigwait(&term, &signal);
	report(arg);
	_exit(3);
}

int pump_sleep(const struct pump_options *options)
{
	static struct sleep sleep;
	pthread_t source, target, told;
	sigset_t term;

	sleep.packets = options->rounds;
	sleep.batch = options->batch;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	if (pair__open(&sleep.source, &sleep.target, options) ||
	    choose_wait(&sleep, options->wait) || choose_kind(&sleep, options->target))
		return 1;
	end__fill(&sleep.target);
	if (wait_for_start() || pthread_create(&told, NULL, report_when_told, &sleep) ||
	    pthread_create(&target, NULL, run_target, &sleep) ||
	    pthread_create(&source, NULL, run_source, &sleep))
		return 1;
	pthread_join(source, NULL);
	pthread_join(target, NULL);
	report(&sleep);
	return 0;
}
