// SPDX-License-Identifier: MIT
/* Another process does something once this one sleeps, or after a while if it is not to sleep. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "xsk_tests.h"

enum { packet_len = 64, busy_for_us = 1000, long_us = 1000000000 };

struct pair {
	struct memory memory_a, memory_b;
	struct flash_socket *a, *b;
	struct flash_xdp *xdp;
};

static struct pair open_pair(void)
{
	struct pair pair = { .memory_a = make_memory(256, 64), .memory_b = make_memory(64, 64) };

	pair.a = open_on(&pair.memory_a, given.a, 0);
	pair.b = open_on(&pair.memory_b, given.b, 0);
	expect(flash_xdp__attach(&pair.xdp, given.b, given.object), 0);
	expect(flash_xdp__add(pair.xdp, pair.b), 0);
	return pair;
}

static void close_pair(struct pair *pair)
{
	flash_xdp__detach(pair->xdp);
	flash_socket__destroy(pair->a);
	flash_socket__destroy(pair->b);
	destroy_memory(&pair->memory_a);
	destroy_memory(&pair->memory_b);
}

static bool parent_sleeps(void)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", getppid());
	file = fopen(path, "r");
	expect(file != NULL, true);
	expect(fscanf(file, "%*d %*s %c", &state), 1);
	fclose(file);
	return state == 'S';
}

/* What the parent has mapped it shares with its child: the rings of A are the child's for now. */
static void send_one(const struct pair *pair)
{
	struct flash_packet packet;

	expect(flash_frames__take(pair->memory_a.frames, &packet, 1), 1);
	packet.len = packet_len;
	memset(packet.data, 0xff, packet_len);
	expect(flash_socket__send(pair->a, &packet, 1), 1);
	expect(flash_socket__kick_tx(pair->a), 0);
}

#define in_child_when(condition, work)                                                             \
	({                                                                                         \
		pid_t child_ = fork();                                                             \
		if (!child_) {                                                                     \
			wait_until(condition);                                                     \
			work;                                                                      \
			_exit(0);                                                                  \
		}                                                                                  \
		child_;                                                                            \
	})

static void end_child(pid_t child)
{
	int status;

	expect(waitpid(child, &status, 0), child);
	expect(status, 0);
}

static struct flash_stats stats_of(const struct flash_socket *socket)
{
	struct flash_stats stats;

	expect(flash_socket__stats(socket, &stats), 0);
	return stats;
}

static int wait_for(struct flash_socket *socket, struct flash_wait_opts opts)
{
	return flash_socket__wait(&socket, 1, &opts);
}

static void sleep_ends_with_a_packet(void)
{
	struct pair pair = open_pair();
	struct flash_packet packet;
	pid_t child = in_child_when(parent_sleeps(), send_one(&pair));

	expect(wait_for(pair.b, (struct flash_wait_opts) { .timeout_ms = deadline_ms }), 1);

	expect(stats_of(pair.b).sleeps >= 1, true);
	expect(stats_of(pair.b).busy_waits, 0);
	expect(flash_socket__receive(pair.b, &packet, 1), 1);
	expect(packet.len, packet_len);
	expect(packet.edge, 0);
	end_child(child);
	close_pair(&pair);
}

static void packets_are_found_without_sleeping(void)
{
	struct flash_wait_opts opts = { .timeout_ms = deadline_ms, .busy_us = long_us };
	struct pair pair = open_pair();
	struct flash_packet packet;
	pid_t child;

	flash_socket__recycle(pair.b);
	send_one(&pair);
	expect(wait_for(pair.b, (struct flash_wait_opts) { .timeout_ms = deadline_ms }), 1);
	expect(flash_socket__receive(pair.b, &packet, 1), 1);
	flash_frames__put(pair.memory_b.frames, packet.addr);
	struct flash_stats before = stats_of(pair.b);

	child = in_child_when(true, send_one(&pair));
	expect(wait_for(pair.b, opts), 1);

	expect(stats_of(pair.b).sleeps, before.sleeps);
	expect(stats_of(pair.b).busy_waits, before.busy_waits + 1);
	end_child(child);
	close_pair(&pair);
}

static void busy_time_ends(void)
{
	struct flash_wait_opts opts = { .timeout_ms = deadline_ms, .busy_us = busy_for_us };
	struct pair pair = open_pair();
	struct flash_packet packet;
	pid_t child;

	flash_socket__recycle(pair.b);
	send_one(&pair);
	expect(wait_for(pair.b, opts), 1);
	expect(flash_socket__receive(pair.b, &packet, 1), 1);
	struct flash_stats before = stats_of(pair.b);

	child = in_child_when(parent_sleeps(), send_one(&pair));
	expect(wait_for(pair.b, opts), 1);

	expect(stats_of(pair.b).sleeps > before.sleeps, true);
	end_child(child);
	close_pair(&pair);
}

static void time_passes(void)
{
	struct pair pair = open_pair();
	__u64 start = now_ms();

	expect(wait_for(pair.b, (struct flash_wait_opts) { .timeout_ms = 20 }), 0);
	expect(now_ms() - start >= 20, true);
	expect(wait_for(pair.b, (struct flash_wait_opts) { }), 0);
	expect(flash_socket__wait(&pair.b, 0, &(struct flash_wait_opts) { }), -EINVAL);
	close_pair(&pair);
}

static void note_nothing(int signal)
{
	(void)signal;
}

static void signal_ends_the_sleep(void)
{
	struct sigaction action = { .sa_handler = note_nothing };
	struct pair pair = open_pair();
	sigset_t blocked, none;
	pid_t child;

	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	expect(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
	expect(sigaction(SIGUSR1, &action, NULL), 0);
	child = in_child_when(parent_sleeps(), kill(getppid(), SIGUSR1));

	expect(wait_for(pair.b, (struct flash_wait_opts) { .timeout_ms = deadline_ms, .sigmask = &none }),
	       -EINTR);
	end_child(child);
	close_pair(&pair);
}

static void descriptor_ends_the_sleep(void)
{
	struct pair pair = open_pair();
	int fd = eventfd(0, EFD_CLOEXEC);
	pid_t child = in_child_when(parent_sleeps(), eventfd_write(fd, 1));

	expect(wait_for(pair.b, (struct flash_wait_opts) { .timeout_ms = deadline_ms, .fd = fd }), 0);
	end_child(child);
	close(fd);
	close_pair(&pair);
}

/* A device that is down takes nothing. */
static void blocked_socket_waits_for_room(void)
{
	struct flash_wait_opts brief = { .timeout_ms = 20 }, lengthy = { .timeout_ms = deadline_ms };
	struct flash_packet packets[64];
	struct pair pair;
	pid_t child;

	shell("ip link add flash-here type veth peer name flash-there");
	shell("ip link set dev flash-there up");
	given.a = "flash-here";
	given.b = "flash-there";
	pair = open_pair();
	expect(flash_frames__take(pair.memory_a.frames, packets, 64), 64);
	for (int i = 0; i < 64; i++)
		packets[i].len = packet_len;
	expect(flash_socket__send(pair.a, packets, 64), 64);
	expect(flash_socket__blocked(pair.a), false);
	expect(flash_socket__tx_room(pair.a), 0);
	expect(flash_socket__blocked(pair.a), true);

	expect(wait_for(pair.a, brief), 0);
	expect(flash_socket__blocked(pair.a), true);
	child = in_child_when(parent_sleeps(), shell("ip link set dev flash-here up"));
	expect(wait_for(pair.a, lengthy), 1);

	expect(flash_socket__blocked(pair.a), false);
	expect(flash_socket__tx_room(pair.a) >= 32, true);
	end_child(child);
	close_pair(&pair);
	shell("ip link delete flash-here");
}

static void device_that_goes_ends_the_sleep(void)
{
	struct pair pair;
	pid_t child;

	shell("ip link add flash-here type veth peer name flash-there");
	shell("ip link set dev flash-here up");
	shell("ip link set dev flash-there up");
	given.a = "flash-here";
	given.b = "flash-there";
	pair = open_pair();
	child = in_child_when(parent_sleeps(), shell("ip link delete flash-here"));

	expect(wait_for(pair.b, (struct flash_wait_opts) { .timeout_ms = -1 }), -ENXIO);
	end_child(child);
	close_pair(&pair);
}

static void edge_is_in_the_descriptor(void)
{
	struct memory memory = make_memory(64, 64);
	struct flash_socket *socket = open_on(&memory, given.a, 0);
	const struct xsk_ring_prod *tx = flash_socket__rings(socket)->tx;
	struct flash_packet packets[2];

	expect(flash_frames__take(memory.frames, packets, 2), 2);
	packets[0].len = packet_len;
	packets[1].len = packet_len;
	packets[1].edge = 63;
	expect(flash_socket__send(socket, packets, 2), 2);

	expect(((const struct xdp_desc *)tx->ring)[0].options, 0);
	expect(((const struct xdp_desc *)tx->ring)[1].options, 63 << 16);
	flash_socket__destroy(socket);
	destroy_memory(&memory);
}

static void everything_is_counted(void)
{
	struct pair pair = open_pair();
	struct flash_packet packets[4];
	struct flash_stats stats;

	flash_socket__recycle(pair.b);
	send_one(&pair);
	send_one(&pair);
	expect(flash_frames__held(pair.memory_a.frames), 0);
	wait_until(stats_of(pair.b).rx_packets + flash_socket__receive(pair.b, packets, 1) >= 2);

	expect(flash_frames__held(pair.memory_b.frames), 2);
	flash_frames__release(pair.memory_b.frames, packets, 1);
	expect(flash_frames__held(pair.memory_b.frames), 1);
	stats = stats_of(pair.b);
	expect(stats.rx_packets, 2);
	expect(stats.rx_bytes, 2 * packet_len);
	stats = stats_of(pair.a);
	expect(stats.tx_packets, 2);
	expect(stats.tx_bytes, 2 * packet_len);
	expect(stats.kicks >= 1, true);
	expect(stats.tx_full, 0);
	expect(stats.kernel.tx_invalid_descs, 0);
	close_pair(&pair);
}

const struct xsk_test waiting_tests[] = {
	{ "who sleeps is woken by a packet", sleep_ends_with_a_packet },
	{ "who waits busily finds a packet without sleeping", packets_are_found_without_sleeping },
	{ "who has waited busily for long enough sleeps", busy_time_ends },
	{ "a wait ends when its time has passed", time_passes },
	{ "a signal ends a wait", signal_ends_the_sleep },
	{ "a descriptor that becomes readable ends a wait", descriptor_ends_the_sleep },
	{ "a socket whose TX is full waits for room there", blocked_socket_waits_for_room },
	{ "a device that goes ends a wait that has no end", device_that_goes_ends_the_sleep },
	{ "the edge of a packet is in its descriptor", edge_is_in_the_descriptor },
	{ "packets, bytes and what the program holds are counted", everything_is_counted },
	{ },
};
