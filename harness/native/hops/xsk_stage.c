// SPDX-License-Identifier: MIT
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "xsk_stage.h"

#define WAIT_MS		10
/* Where the kernel puts a packet that it copies into a frame. */
#define HEADROOM	256
/* Whoever ran before may have had the queue. */
#define QUEUE_WAIT_MS	3000

static struct xsk_stage stage;

int xsk_stage__create_umem(struct flash_umem **umem, const struct hops_options *options,
			   uint32_t frames)
{
	struct flash_umem_opts opts = {
		.frame_count = frames,
		.frame_size = HOPS_FRAME_BYTES,
		.ring_size = options->ring_size,
	};

	return flash_umem__create(umem, &opts);
}

struct flash_socket_opts xsk_stage__socket_opts(const struct hops_options *options,
						const char *ifname, uint32_t queue)
{
	return (struct flash_socket_opts) {
		.ifname = ifname,
		.queue = queue,
		.ring_size = options->ring_size,
		.mode = options->zero_copy ? FLASH_MODE_ZERO_COPY : FLASH_MODE_COPY,
		.busy_poll = options->wait == HOPS_BUSY,
		.queue_wait_ms = QUEUE_WAIT_MS,
	};
}

static void require_no_surplus(void)
{
	if (!flash_frames__surplus(stage.frames))
		return;
	fputs("hops: there are more frames than there were\n", stderr);
	abort();
}

/* Frames that have been sent go where there are too few of them. */
static void recycle(void)
{
	if (stage.out)
		flash_socket__reclaim(stage.out, UINT32_MAX);
	if (stage.in)
		flash_socket__recycle(stage.in);
	require_no_surplus();
}

void xsk_stage__set(const struct xsk_stage *set)
{
	stage = *set;
	if (stage.in)
		flash_socket__recycle(stage.in);
}

uint32_t xsk_stage__receive(struct packet *packets, uint32_t max)
{
	struct flash_packet received[HOPS_MAX_BATCH];
	uint32_t count = flash_socket__receive(stage.in, received, max);

	for (uint32_t i = 0; i < count; i++)
		packets[i] = (struct packet) {
			.data = received[i].data,
			.bytes = received[i].len,
			.handle = received[i].addr,
		};
	if (count)
		recycle();
	return count;
}

uint32_t xsk_stage__allocate(struct packet *packets, uint32_t max)
{
	struct flash_packet empty[HOPS_MAX_BATCH];
	uint32_t count;

	flash_socket__reclaim(stage.out, UINT32_MAX);
	require_no_surplus();
	count = flash_frames__take(stage.frames, empty, max);
	for (uint32_t i = 0; i < count; i++)
		packets[i] = (struct packet) {
			.data = (char *)empty[i].data + HEADROOM,
			.bytes = stage.bytes,
			.handle = empty[i].addr + HEADROOM,
		};
	return count;
}

uint32_t xsk_stage__send(const struct packet *packets, uint32_t count)
{
	struct flash_packet sent[HOPS_MAX_BATCH];

	for (uint32_t i = 0; i < count; i++)
		sent[i] = (struct flash_packet) {
			.addr = packets[i].handle,
			.len = packets[i].bytes,
		};
	count = flash_socket__send(stage.out, sent, count);
	if (count)
		flash_socket__kick_tx(stage.out);
	return count;
}

void xsk_stage__release(const struct packet *packets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		flash_frames__put(stage.frames, packets[i].handle);
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
	short out = stage.out && (for_room || flash_socket__tx_pending(stage.out)) ? POLLOUT : 0;

	if (stage.in == stage.out)
		in |= out;
	if (in)
		fds[count++] = (struct pollfd) { .fd = flash_socket__fd(stage.in), .events = in };
	if (out && stage.in != stage.out)
		fds[count++] = (struct pollfd) { .fd = flash_socket__fd(stage.out), .events = out };
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
		flash_socket__kick_tx(stage.out);
	if (stage.wait == HOPS_BUSY && for_packets)
		recvfrom(flash_socket__fd(stage.in), NULL, 0, MSG_DONTWAIT, NULL, NULL);
	sched_yield();
}
