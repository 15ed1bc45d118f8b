/* SPDX-License-Identifier: MIT */
/* Waits for file descriptors, and knows the time. Sources are never freed while it runs. */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define LOOP_NEVER UINT64_MAX

struct loop_source {
	int fd;			/* -1: none */
	void (*ready)(struct loop_source *source, uint32_t events);
};

struct loop {
	int epoll_fd;
	uint64_t now;		/* ns, the same until the next loop__wait() */
	bool stopped_clock;	/* the time is only what a test sets */
};

/* These return 0 or -errno. */
int loop__open(struct loop *loop);
int loop__add(struct loop *loop, struct loop_source *source, uint32_t events);
int loop__change(struct loop *loop, struct loop_source *source, uint32_t events);

/* Forgets the source and closes its descriptor. */
void loop__drop(struct loop *loop, struct loop_source *source);
void loop__close(struct loop *loop);

/* Calls what is ready, and waits for that until @deadline (as loop->now; 0: does not wait). */
int loop__wait(struct loop *loop, uint64_t deadline);

#endif
