// SPDX-License-Identifier: MIT
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include "xsk_stage.h"

#define WAIT_MS	10

static struct xsk_stage stage;

void xsk_stage__set(const struct xsk_stage *set)
{
	stage = *set;
	if (stage.in)
		port__fill(stage.in);
}

/* Frames that have been sent go where there are too few of them. */
static void recycle(void)
{
	if (stage.out)
		port__reclaim(stage.out);
	if (stage.in)
		port__fill(stage.in);
}

uint32_t xsk_stage__receive(struct packet *packets, uint32_t max)
{
	uint32_t count = port__receive(stage.in, packets, max);

	if (count)
		recycle();
	return count;
}

uint32_t xsk_stage__allocate(struct packet *packets, uint32_t max)
{
	port__reclaim(stage.out);
	return port__allocate(stage.out, packets, max, stage.bytes);
}

uint32_t xsk_stage__send(const struct packet *packets, uint32_t count)
{
	return port__send(stage.out, packets, count);
}

void xsk_stage__release(const struct packet *packets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		frames__put(stage.frames, packets[i].handle);
	recycle();
}

/*
 * poll() serves who waits for this stage. Who wants packets has to be woken for what is on TX as well:
 * the frames it comes back in may be all there are for packets.
 */
static void sleep_until(bool for_packets, bool for_room)
{
	struct pollfd fds[2];
	nfds_t count = 0;
	short in = stage.in && for_packets ? POLLIN : 0;
	short out = stage.out && (for_room || port__tx_pending(stage.out)) ? POLLOUT : 0;

	if (stage.in == stage.out)
		in |= out;
	if (in)
		fds[count++] = (struct pollfd) { .fd = stage.in->fd, .events = in };
	if (out && stage.in != stage.out)
		fds[count++] = (struct pollfd) { .fd = stage.out->fd, .events = out };
	poll(fds, count, WAIT_MS);
}

void xsk_stage__wait(bool for_packets, bool for_room)
{
	recycle();
	if (stage.wait == HOPS_BLOCK) {
		sleep_until(for_packets, for_room);
		return;
	}
	if (stage.out)
		port__kick(stage.out);
	if (stage.wait == HOPS_BUSY && for_packets)
		recvfrom(stage.in->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
	sched_yield();
}
