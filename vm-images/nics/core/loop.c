// SPDX-License-Identifier: MIT
/* epoll, level-triggered: a handler may leave something for the next time. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

#define SECOND UINT64_C(1000000000)
#define EVENTS_A_WAIT 16

static uint64_t clock__now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

int loop__open(struct loop *loop)
{
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0)
		return -errno;
	if (!loop->stopped_clock)
		loop->now = clock__now();
	return 0;
}

static int loop__control(struct loop *loop, int operation, struct loop_source *source,
			 uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	return epoll_ctl(loop->epoll_fd, operation, source->fd, &event) ? -errno : 0;
}

int loop__add(struct loop *loop, struct loop_source *source, uint32_t events)
{
	return loop__control(loop, EPOLL_CTL_ADD, source, events);
}

int loop__change(struct loop *loop, struct loop_source *source, uint32_t events)
{
	return loop__control(loop, EPOLL_CTL_MOD, source, events);
}

void loop__drop(struct loop *loop, struct loop_source *source)
{
	if (source->fd < 0)
		return;
	/* Asked for, as another process may hold the same open file. */
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	close(source->fd);
	source->fd = -1;
}

void loop__close(struct loop *loop)
{
	close(loop->epoll_fd);
	loop->epoll_fd = -1;
}

int loop__wait(struct loop *loop, uint64_t deadline)
{
	struct epoll_event events[EVENTS_A_WAIT];
	uint64_t left = deadline > loop->now ? deadline - loop->now : 0;
	struct timespec timeout = { .tv_sec = left / SECOND, .tv_nsec = left % SECOND };
	int count;

	count = epoll_pwait2(loop->epoll_fd, events, EVENTS_A_WAIT,
			     deadline == LOOP_NEVER ? NULL : &timeout, NULL);
	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	if (!loop->stopped_clock)
		loop->now = clock__now();
	for (int i = 0; i < count; i++) {
		struct loop_source *source = events[i].data.ptr;

		/* An earlier handler of this batch may have dropped it. */
		if (source->fd >= 0)
			source->ready(source, events[i].events);
	}
	return 0;
}
