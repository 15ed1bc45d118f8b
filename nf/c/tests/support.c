// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "xsk_tests.h"

enum { packet_len = 64, most_packets = 256 };

/* What libxdp keeps of a UMEM once it has failed to open a socket on it. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libxdp.so";
}

void expect_same(const char *file, int line, const char *what, long long actual, long long wanted)
{
	if (actual == wanted)
		return;
	fprintf(stderr, "%s:%d: %s is %lld and not %lld\n", file, line, what, actual, wanted);
	exit(1);
}

void expect_in_time(const char *file, int line, const char *what, __u64 deadline)
{
	if (now_ms() < deadline)
		return;
	fprintf(stderr, "%s:%d: waited %d ms in vain for %s\n", file, line, deadline_ms, what);
	exit(1);
}

__u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void nap(void)
{
	static const struct timespec millisecond = { .tv_nsec = 1000000 };

	nanosleep(&millisecond, NULL);
}

void shell(const char *command)
{
	expect_same(__FILE__, __LINE__, command, system(command), 0);
}

struct memory make_memory(__u32 frame_count, __u32 ring_size)
{
	const struct flash_umem_opts opts = {
		.frame_count = frame_count,
		.frame_size = 2048,
		.ring_size = ring_size,
	};
	struct memory memory;

	expect(flash_umem__create(&memory.umem, &opts), 0);
	expect(flash_frames__create(&memory.frames, memory.umem, frame_count), 0);
	expect(flash_frames__add(memory.frames, 0, frame_count), 0);
	return memory;
}

void destroy_memory(struct memory *memory)
{
	flash_frames__destroy(memory->frames);
	flash_umem__destroy(memory->umem);
}

struct flash_socket_opts opts_for(const char *ifname, __u32 queue)
{
	return (struct flash_socket_opts) {
		.ifname = ifname,
		.queue = queue,
		.ring_size = 64,
		.mode = FLASH_MODE_COPY,
		.queue_wait_ms = deadline_ms,
	};
}

struct flash_socket *open_with(const struct memory *memory, struct flash_socket_opts opts)
{
	struct flash_socket *socket;

	expect(flash_socket__create(&socket, memory->umem, memory->frames, &opts), 0);
	return socket;
}

struct flash_socket *open_on(const struct memory *memory, const char *ifname, __u32 queue)
{
	return open_with(memory, opts_for(ifname, queue));
}

int refusal(const struct memory *memory, struct flash_socket_opts opts)
{
	struct flash_socket *socket;
	int err = flash_socket__create(&socket, memory->umem, memory->frames, &opts);

	expect(socket != NULL, err == 0);
	return err;
}

static void go_on_sending(struct flash_socket *socket)
{
	int err = flash_socket__kick_tx(socket);

	expect(err == 0 || err == -EAGAIN ? 0 : err, 0);
	flash_socket__reclaim(socket, most_packets);
}

void send_to_wire(const struct memory *memory, struct flash_socket *socket, __u32 count)
{
	struct flash_packet packets[most_packets];
	__u32 before = flash_frames__count(memory->frames);
	struct xdp_statistics statistics;
	socklen_t len = sizeof(statistics);

	expect(flash_frames__take(memory->frames, packets, count), count);
	for (__u32 i = 0; i < count; i++) {
		packets[i].len = packet_len;
		memset(packets[i].data, 0xff, packet_len);
	}
	expect(flash_socket__send(socket, packets, count), count);
	wait_until((go_on_sending(socket), flash_frames__count(memory->frames) == before));

	expect(flash_frames__surplus(memory->frames), 0);
	expect(getsockopt(flash_socket__fd(socket), SOL_XDP, XDP_STATISTICS, &statistics, &len), 0);
	expect(statistics.tx_invalid_descs, 0);
}
