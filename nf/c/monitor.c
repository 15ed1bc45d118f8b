// SPDX-License-Identifier: MIT
/* How a function talks to the monitor. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "port.h"

enum { most_fds = 3, answer_s = 10, retry_ms = 1000, ask_again_ms = 50 };

static int send_join(const struct flash_port *port)
{
	char control[CMSG_SPACE(most_fds * sizeof(int))] = { };
	const int fds[most_fds] = { port->socket_fd, port->umem_fd, port->owners_fd };
	const size_t len = (port->owners_fd < 0 ? 2 : 3) * sizeof(*fds);
	struct iovec part = { (void *)&port->join, sizeof(port->join) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	/* Who has joined before says with which socket. */
	if (port->socket_fd >= 0) {
		struct cmsghdr *header;

		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(len);
		header = CMSG_FIRSTHDR(&message);
		*header = (struct cmsghdr) {
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(len),
		};
		memcpy(CMSG_DATA(header), fds, len);
	}
	return sendmsg(port->monitor_fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void take_fds(struct msghdr *message, int fds[most_fds])
{
	struct cmsghdr *header;

	for (header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		size_t len = header->cmsg_len - CMSG_LEN(0);

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(fds, CMSG_DATA(header), len < most_fds * sizeof(int) ? len : most_fds * sizeof(int));
	}
}

/* Returns how many bytes came, 0 at the end, or -errno. Descriptors that did not come are -1. */
static ssize_t receive(int monitor_fd, union message *data, int fds[most_fds], int flags)
{
	char control[CMSG_SPACE(most_fds * sizeof(int))];
	struct iovec part = { data, sizeof(*data) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len;

	memset(data, 0, sizeof(*data));
	for (int i = 0; i < most_fds; i++)
		fds[i] = -1;
	len = recvmsg(monitor_fd, &message, flags | MSG_CMSG_CLOEXEC);
	if (len < 0)
		return errno == EAGAIN && !(flags & MSG_DONTWAIT) ? -ETIMEDOUT : -errno;
	take_fds(&message, fds);
	if (len && ((size_t)len < sizeof(data->header) || data->header.version != protocol_version))
		return -EPROTO;
	return len;
}

static void close_fds(const int fds[most_fds])
{
	for (int i = 0; i < most_fds; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* The edge that a packet names has 16 bits, and the kernel takes 64 targets. */
static __u32 edges_of(__u32 edges)
{
	return edges < FLASH_MAX_EDGES ? edges : FLASH_MAX_EDGES;
}

/* The frames of others may come to it, so that there is room for all. */
static int port__take_shared(struct flash_port *port, const struct joined_message *joined)
{
	int err;

	if (joined->owner > most_owner || port->owners_fd < 0)
		return -EPROTO;
	err = flash_umem__share(port->umem, port->owners_fd, joined->owner);
	if (!err)
		err = flash_frames__create(&port->frames, port->umem, joined->frame_count);
	return err ? err : flash_frames__add_own(port->frames);
}

static int port__take_frames(struct flash_port *port, const struct joined_message *joined)
{
	int err;

	if (joined->owner)
		return port__take_shared(port, joined);
	err = flash_frames__create(&port->frames, port->umem, joined->own_frames);
	return err ? err : flash_frames__add(port->frames, 0, joined->own_frames);
}

static int port__take(struct flash_port *port, const struct joined_message *joined)
{
	const struct ring_sizes sizes = { joined->rx, joined->tx, joined->fill, joined->completion };
	int err = flash_umem__from_fd(&port->umem, port->umem_fd, joined->frame_size,
				      joined->frame_count);

	if (!err)
		err = port__take_frames(port, joined);
	if (!err)
		err = flash_socket__from_fd(&port->socket, port->umem, port->frames, port->socket_fd,
					    &sizes);
	if (err)
		return err;
	port->edges = edges_of(joined->edges);
	flash_socket__fill(port->socket);
	return 0;
}

static int refusal_of(const struct refused_message *refused, const struct flash_join_opts *opts)
{
	if (opts->why && opts->why_len)
		snprintf(opts->why, opts->why_len, "%.*s", (int)sizeof(refused->why), refused->why);
	return refused->error && refused->error < 4096 ? -(int)refused->error : -EPROTO;
}

static int port__await_answer(struct flash_port *port, const struct flash_join_opts *opts)
{
	union message message;
	int fds[most_fds];
	ssize_t len = receive(port->monitor_fd, &message, fds, 0);

	if (len == sizeof(message.joined) && message.header.type == message_joined && fds[0] >= 0 &&
	    fds[1] >= 0) {
		port->socket_fd = fds[0];
		port->umem_fd = fds[1];
		port->owners_fd = fds[2];
		return port__take(port, &message.joined);
	}
	close_fds(fds);
	if (len == sizeof(message.refused) && message.header.type == message_refused)
		return refusal_of(&message.refused, opts);
	return len < 0 ? len : len ? -EPROTO : -ECONNRESET;
}

static int port__connect(struct flash_port *port, int flags)
{
	static const struct timeval patience = { .tv_sec = answer_s };
	int err, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);

	if (fd < 0)
		return -errno;
	port->monitor_fd = fd;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
	    connect(fd, (const struct sockaddr *)&port->monitor, sizeof(port->monitor)))
		return -errno;
	err = send_join(port);
	return err;
}

static int copy_name(char *to, size_t size, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (!len)
		return -EINVAL;
	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(to, name, len);
	return 0;
}

static int port__address(struct flash_port *port, const struct flash_join_opts *opts)
{
	int err = copy_name(port->monitor.sun_path, sizeof(port->monitor.sun_path),
			    opts->monitor ?: FLASH_MONITOR_PATH);

	port->monitor.sun_family = AF_UNIX;
	port->join.header = (struct message_header) { protocol_version, message_join };
	if (!err)
		err = copy_name(port->join.chain, sizeof(port->join.chain), opts->chain);
	if (!err)
		err = copy_name(port->join.function, sizeof(port->join.function), opts->function);
	return err;
}

static __u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int port__try_join(struct flash_port **out, const struct flash_join_opts *opts)
{
	struct flash_port *port = flash_port__new();
	int err;

	*out = NULL;
	if (!port)
		return -ENOMEM;
	if (opts->why && opts->why_len)
		opts->why[0] = '\0';
	err = port__address(port, opts);
	if (!err)
		err = port__connect(port, 0);
	if (!err)
		err = port__await_answer(port, opts);
	if (err) {
		flash_port__close(port);
		return err;
	}
	*out = port;
	return 0;
}

int flash_port__join(struct flash_port **out, const struct flash_join_opts *opts)
{
	const __u64 end = now_ms() + opts->wait_ms;
	int err;

	while ((err = port__try_join(out, opts)) == -EAGAIN && now_ms() < end)
		poll(NULL, 0, ask_again_ms);
	return err;
}

static void port__lose_monitor(struct flash_port *port)
{
	close(port->monitor_fd);
	port->monitor_fd = -1;
	port->rejoining = false;
}

static void port__heed(struct flash_port *port, const union message *message, ssize_t len)
{
	switch (message->header.type) {
	case message_joined:
		port->rejoining = false;
		port->edges = edges_of(message->joined.edges);
		break;
	case message_edges:
		if (len == sizeof(message->edges))
			port->edges = edges_of(message->edges.edges);
		break;
	case message_leave:
		port->leaving = true;
		break;
	case message_refused:
		port__lose_monitor(port);
		break;
	}
}

void flash_port__hear(struct flash_port *port)
{
	union message message;
	int fds[most_fds];

	while (port->monitor_fd >= 0) {
		ssize_t len = receive(port->monitor_fd, &message, fds, MSG_DONTWAIT);

		close_fds(fds);
		if (len == -EAGAIN || len == -EINTR)
			return;
		if (len <= 0)
			port__lose_monitor(port);
		else
			port__heed(port, &message, len);
	}
}

/* The monitor may have been upgraded: a function that is there already is taken over with its socket. */
void flash_port__look_for_monitor(struct flash_port *port)
{
	if (port->socket_fd < 0 || port->monitor_fd >= 0 || now_ms() < port->next_attempt_ms)
		return;
	port->next_attempt_ms = now_ms() + retry_ms;
	port->rejoining = true;
	if (port__connect(port, SOCK_NONBLOCK))
		port__lose_monitor(port);
}
