// SPDX-License-Identifier: MIT
/* Programs that do not wait in the library. */
#include <errno.h>
#include <string.h>

#include "flash_nf.h"
#include "xsk_tests.h"

enum { packet_len = 64, ring_size = 64, long_us = 1000000000 };

static struct flash_port *open_port(const char *ifname, const char *object)
{
	struct flash_port *port;

	expect(flash_port__open(&port, &(struct flash_port_opts) {
		.ifname = ifname,
		.frame_count = 2 * ring_size,
		.ring_size = ring_size,
		.mode = FLASH_MODE_COPY,
		.queue_wait_ms = deadline_ms,
		.xdp_object = object,
	}), 0);
	return port;
}

static void send_some(struct flash_port *port, __u32 count)
{
	struct flash_packet packets[ring_size];

	expect(flash_frames__take(flash_port__frames(port), packets, count), count);
	for (__u32 i = 0; i < count; i++) {
		packets[i].len = packet_len;
		memset(packets[i].data, 0xff, packet_len);
	}
	expect(flash_socket__send(flash_port__socket(port), packets, count), count);
}

static void poll_wakes(void)
{
	struct flash_port *a = open_port(given.a, NULL), *b = open_port(given.b, given.object);
	struct flash_packet packet;
	struct flash_sleep sleep;

	expect(flash_port__prepare(b, 0, &sleep), FLASH_MAY_SLEEP);
	expect(sleep.count, 1);
	expect(sleep.fds[0].fd, flash_socket__fd(flash_port__socket(b)));
	expect(sleep.fds[0].events, POLLIN);
	expect(sleep.timeout_ms, 1000);
	expect(poll(sleep.fds, sleep.count, 0), 0);

	send_some(a, 1);
	expect(flash_port__prepare(a, 0, &sleep) >= 0, true);
	expect(flash_port__prepare(b, 0, &sleep) >= 0, true);
	expect(poll(sleep.fds, sleep.count, deadline_ms), 1);
	expect(flash_port__prepare(b, 0, &sleep), FLASH_READY);
	expect(flash_socket__receive(flash_port__socket(b), &packet, 1), 1);
	flash_port__close(a);
	flash_port__close(b);
}

static void busy_time_is_said(void)
{
	struct flash_port *a = open_port(given.a, NULL), *b = open_port(given.b, given.object);
	struct flash_packet packet;
	struct flash_sleep sleep;
	struct flash_stats stats;

	send_some(a, 1);
	expect(flash_port__prepare(a, 0, &sleep) >= 0, true);
	wait_until(flash_port__prepare(b, long_us, &sleep) == FLASH_READY);
	expect(flash_socket__receive(flash_port__socket(b), &packet, 1), 1);

	expect(flash_port__prepare(b, long_us, &sleep), FLASH_MAY_SLEEP);
	expect(sleep.timeout_ms, 0);
	send_some(a, 1);
	expect(flash_port__prepare(a, 0, &sleep) >= 0, true);
	wait_until(flash_port__prepare(b, long_us, &sleep) == FLASH_READY);

	expect(flash_socket__stats(flash_port__socket(b), &stats), 0);
	expect(stats.busy_waits >= 1, true);
	flash_port__close(a);
	flash_port__close(b);
}

/* A device that is down takes nothing. */
static void room_and_the_device_are_waited_for(void)
{
	struct flash_sleep sleep;
	struct flash_port *port;

	shell("ip link add flash-here type veth peer name flash-there");
	shell("ip link set dev flash-there up");
	port = open_port("flash-here", NULL);
	send_some(port, ring_size);
	expect(flash_socket__tx_room(flash_port__socket(port)), 0);

	expect(flash_port__prepare(port, 0, &sleep), FLASH_MAY_SLEEP);
	expect(sleep.fds[0].events, POLLOUT);
	expect(sleep.timeout_ms, 1);
	shell("ip link set dev flash-here up");
	wait_until(flash_port__prepare(port, 0, &sleep) == FLASH_READY);
	expect(sleep.fds[0].events, POLLIN);

	shell("ip link delete flash-here");
	wait_until(flash_port__prepare(port, 0, &sleep) == -ENXIO);
	flash_port__close(port);
}

const struct xsk_test event_loop_tests[] = {
	{ "who sleeps by himself is woken by a packet", poll_wakes },
	{ "who sleeps by himself may look busily before", busy_time_is_said },
	{ "who sleeps by himself hears of room, and of a device that goes", room_and_the_device_are_waited_for },
	{ },
};
