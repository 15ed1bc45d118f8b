// SPDX-License-Identifier: MIT
/*
 * What a function does: forwards, sleeps while there is nothing to do, and heeds signals.
 *
 * SIGUSR1 makes it write its status; SIGTERM makes it take in nothing more, wait until the kernel has
 * taken what is on its TX rings, write its status and end.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "nf.h"

#define IDLE_NS			1000000000L	/* nothing to do: sleep until something arrives */
#define PENDING_NS		1000000L	/* a device took no more: ask the kernel again */
#define DRAIN_DEADLINE_S	2

static volatile sig_atomic_t status_wanted, stop_wanted, child_ended;

static void signal__note(int signal)
{
	if (signal == SIGUSR1)
		status_wanted = 1;
	else if (signal == SIGCHLD)
		child_ended = 1;
	else
		stop_wanted = 1;
}

/* Signals arrive only inside ppoll(), so that none is missed between a test and the sleep. */
void signals__set_up(void)
{
	static const int handled[] = { SIGUSR1, SIGTERM, SIGINT, SIGCHLD };
	struct sigaction action = { .sa_handler = signal__note, .sa_flags = SA_NOCLDSTOP };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
		sigaddset(&blocked, handled[i]);
		sigaction(handled[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, NULL);
}

/*
 * Sleeps until a packet arrives, what is on a TX ring can move, or a signal comes. The frames that
 * come back from there may be all there are for packets.
 */
static int function__wait(struct function *function, bool busy, bool taking)
{
	struct timespec timeout = { .tv_sec = IDLE_NS / 1000000000L };
	struct pollfd fds[NF_DIRECTIONS];
	bool again = false;
	sigset_t none;
	int count = 0;

	sigemptyset(&none);
	for (int d = 0; d < NF_DIRECTIONS; d++) {
		struct port *port = &function->ports[d];
		short events = 0;

		if (!port->socket)
			continue;
		if (taking && flash_socket__tx_room(port->socket))
			events |= POLLIN;
		if (flash_socket__tx_pending(port->socket))
			events |= POLLOUT;
		again |= flash_socket__tx_wants_kick(port->socket);
		fds[count++] = (struct pollfd) {
			.fd = flash_socket__fd(port->socket),
			.events = events,
		};
	}
	if (busy)
		timeout = (struct timespec) { };
	else if (again || !taking)
		timeout = (struct timespec) { .tv_nsec = PENDING_NS };
	if (ppoll(fds, count, &timeout, &none) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

/* One turn over the sockets. Returns how many packets came in, or -errno. */
static int function__turn(struct function *function, bool taking)
{
	int moved = 0;

	for (int d = 0; d < NF_DIRECTIONS; d++) {
		struct port *port = &function->ports[d];
		int err;

		if (!port->socket)
			continue;
		flash_socket__recycle(port->socket);
		if (taking)
			moved += port__forward(port, function->spec->drop_udp_port);
		err = port__kick(port);
		if (err) {
			fprintf(stderr, "nf: %s %s: sendto: %s\n", function->spec->name,
				direction_names[d], strerror(-err));
			return err;
		}
		flash_socket__recycle(port->socket);
	}
	return moved;
}

static bool function__tx_pending(const struct function *function)
{
	for (int d = 0; d < NF_DIRECTIONS; d++) {
		const struct flash_socket *socket = function->ports[d].socket;

		if (socket && flash_socket__tx_pending(socket))
			return true;
	}
	return false;
}

int function__run(struct function *function, const char *status_dir)
{
	time_t drain_end = 0;
	int err;

	err = status__write(function, status_dir);
	while (!err) {
		bool taking = !stop_wanted && !child_ended;
		int moved = function__turn(function, taking);

		if (moved < 0)
			return moved;
		if (!taking && !drain_end)
			drain_end = time(NULL) + DRAIN_DEADLINE_S;
		if (!taking && (!function__tx_pending(function) || time(NULL) > drain_end))
			break;
		if (status_wanted) {
			status_wanted = 0;
			err = status__write(function, status_dir);
			if (err)
				break;
		}
		err = function__wait(function, moved > 0, taking);
	}
	return err ? err : status__write(function, status_dir);
}
