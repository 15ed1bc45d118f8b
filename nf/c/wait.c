// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "flash_nf.h"
#include "internal.h"

enum {
	most_sockets = 64,
	looks_per_clock = 64,		/* while busy: reading the clock costs more than a look */
	nudge_ns = 1000000,		/* what no event tells of is looked at this often */
	nudge_ms = 1,
	check_ms = 1000,		/* and this often whether the device is there */
};

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static bool socket__has_packets(struct flash_socket *socket)
{
	return socket->rings.rx && xsk_cons_nb_avail(socket->rings.rx, 1);
}

/* As poll(POLLOUT): room for one packet would make the program come back for each. */
static bool socket__has_room(const struct flash_socket *socket)
{
	return flash_socket__tx_pending(socket) <= socket->tx.size / 2;
}

static bool socket__is_ready(struct flash_socket *socket)
{
	return socket->blocked ? socket__has_room(socket) : socket__has_packets(socket);
}

static __u32 count_ready(struct flash_socket *const *sockets, __u32 count)
{
	__u32 ready = 0;

	for (__u32 i = 0; i < count; i++)
		ready += socket__is_ready(sockets[i]);
	return ready;
}

/* Whether packets can come only once the kernel is done with some that were sent: poll() cannot tell. */
static bool socket__starves(const struct flash_socket *socket)
{
	const struct xsk_ring_prod *fill = socket->rings.fill;

	return *fill->producer == __atomic_load_n(fill->consumer, __ATOMIC_ACQUIRE) &&
	       !socket->frames->count;
}

/* Returns 0, 1 if the kernel has to be called again before long, or -errno. */
static int socket__tend(struct flash_socket *socket)
{
	int err = flash_socket__recycle(socket);

	if (!err || err == -EAGAIN || err == -ENETDOWN)
		err = flash_socket__kick_tx(socket);
	if (err && err != -EAGAIN && err != -ENETDOWN)
		return err;
	return err == -EAGAIN || flash_socket__tx_wants_kick(socket) || socket__starves(socket);
}

static int tend_all(struct flash_socket *const *sockets, __u32 count)
{
	int result = 0;

	for (__u32 i = 0; i < count; i++) {
		int err = socket__tend(sockets[i]);

		if (err < 0)
			return err;
		result |= err;
	}
	return result;
}

static void poll_device(struct flash_socket *socket)
{
	if (socket->busy_poll)
		recvfrom(socket->rx_fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
}

/* Until there is something to do, or @until has passed. */
static __u32 look_busily(struct flash_socket *const *sockets, __u32 count, __u64 until)
{
	__u32 ready;

	do {
		for (int i = 0; i < looks_per_clock; i++) {
			ready = count_ready(sockets, count);
			if (ready)
				return ready;
			relax();
		}
		if (tend_all(sockets, count) < 0)
			return 0;
		for (__u32 i = 0; i < count; i++)
			poll_device(sockets[i]);
	} while (now_ns() < until);
	return 0;
}

/* Returns what ppoll() does, or -errno. */
static int sleep_once(struct flash_socket *const *sockets, __u32 count,
		      const struct flash_wait_opts *opts, const struct timespec *timeout)
{
	struct pollfd fds[most_sockets + 1];
	__u32 i;
	int ready;

	for (i = 0; i < count; i++) {
		fds[i] = (struct pollfd) {
			.fd = sockets[i]->fd,
			.events = sockets[i]->blocked ? POLLOUT : POLLIN,
		};
		sockets[i]->stats.sleeps++;
	}
	if (opts->fd > 0)
		fds[i++] = (struct pollfd) { .fd = opts->fd, .events = POLLIN };
	ready = ppoll(fds, i, timeout, opts->sigmask);
	if (ready < 0)
		return -errno;
	for (i = 0; i < count; i++)
		if (fds[i].revents & (POLLERR | POLLNVAL | POLLHUP))
			return -ENXIO;
	return ready;
}

static struct timespec timespec_of(__u64 ns)
{
	return (struct timespec) { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

static int note_ready(struct flash_socket *const *sockets, __u32 count, __u64 now)
{
	int ready = 0;

	for (__u32 i = 0; i < count; i++) {
		if (!socket__is_ready(sockets[i]))
			continue;
		ready++;
		if (!sockets[i]->blocked)
			sockets[i]->last_packet_ns = now;
		sockets[i]->blocked = false;
	}
	return ready;
}

static __u64 busy_end(struct flash_socket *const *sockets, __u32 count, __u32 busy_us, __u64 now)
{
	__u64 last = 0;

	for (__u32 i = 0; i < count; i++) {
		struct flash_socket *socket = sockets[i];

		if (socket->packets_seen != socket->stats.rx_packets)
			socket->last_packet_ns = now;
		socket->packets_seen = socket->stats.rx_packets;
		if (socket->last_packet_ns > last)
			last = socket->last_packet_ns;
	}
	return last + (__u64)busy_us * 1000;
}

/* Nothing wakes who sleeps on a device that goes. */
static int socket__check_device(struct flash_socket *socket, __u64 now)
{
	if (now - socket->checked_ns < (__u64)check_ms * 1000000)
		return 0;
	socket->checked_ns = now;
	return recvfrom(socket->rx_fd, NULL, 0, MSG_DONTWAIT, NULL, NULL) < 0 && errno == ENXIO ? -ENXIO : 0;
}

static int check_devices(struct flash_socket *const *sockets, __u32 count, __u64 now)
{
	for (__u32 i = 0; i < count; i++) {
		int err = socket__check_device(sockets[i], now);

		if (err)
			return err;
	}
	return 0;
}

static int wait_asleep(struct flash_socket *const *sockets, __u32 count,
		       const struct flash_wait_opts *opts, __u64 deadline)
{
	for (;;) {
		__u64 now, wait_ns;
		struct timespec timeout;
		int again, result;

		/* The kernel is told all before the last look at the rings, which is poll()'s own. */
		again = tend_all(sockets, count);
		if (again < 0)
			return again;
		now = now_ns();
		result = note_ready(sockets, count, now);
		if (result)
			return result;
		result = check_devices(sockets, count, now);
		if (result || now >= deadline)
			return result;
		wait_ns = again ? nudge_ns : (__u64)check_ms * 1000000;
		if (wait_ns > deadline - now)
			wait_ns = deadline - now;
		timeout = timespec_of(wait_ns);
		result = sleep_once(sockets, count, opts, &timeout);
		if (result < 0)
			return result;
		if (result) {
			/* Of a blocked socket this is what poll() says: there may be room at a target. */
			int ready = note_ready(sockets, count, now_ns());

			if (ready || opts->fd > 0)
				return ready;
		}
	}
}

int flash_socket__wait(struct flash_socket *const *sockets, __u32 count,
		       const struct flash_wait_opts *opts)
{
	__u64 start = now_ns(), deadline = ~0ULL, until;
	int err;

	if (!count || count > most_sockets)
		return -EINVAL;
	if (opts->timeout_ms >= 0)
		deadline = start + (__u64)opts->timeout_ms * 1000000;
	err = tend_all(sockets, count);
	if (err < 0)
		return err;
	until = busy_end(sockets, count, opts->busy_us, start);
	if (until > deadline)
		until = deadline;
	if (start < until && look_busily(sockets, count, until)) {
		sockets[0]->stats.busy_waits++;
		return note_ready(sockets, count, now_ns());
	}
	return wait_asleep(sockets, count, opts, deadline);
}

int flash_socket__prepare(struct flash_socket *socket, __u32 busy_us, int *timeout_ms)
{
	int err, again = tend_all(&socket, 1);
	__u64 now = now_ns(), until;

	if (again < 0)
		return again;
	until = busy_end(&socket, 1, busy_us, now);
	if (note_ready(&socket, 1, now)) {
		socket->stats.busy_waits += socket->looking;
		socket->looking = false;
		return FLASH_READY;
	}
	err = socket__check_device(socket, now);
	if (err)
		return err;
	socket->looking = now < until;
	if (socket->looking) {
		poll_device(socket);
		*timeout_ms = 0;
		return FLASH_MAY_SLEEP;
	}
	socket->stats.sleeps++;
	*timeout_ms = again ? nudge_ms : check_ms;
	return FLASH_MAY_SLEEP;
}

bool flash_socket__blocked(const struct flash_socket *socket)
{
	return socket->blocked;
}
