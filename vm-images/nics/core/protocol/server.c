// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/port.h"
#include "core/unix_socket.h"
#include "requests.h"
#include "server.h"

static void server__close_fds(struct server *server)
{
	for (unsigned int i = 0; i < server->fd_count; i++) {
		if (server->fds[i] >= 0)
			close(server->fds[i]);
	}
	server->fd_count = 0;
	server->too_many_fds = false;
}

static void server__disconnect(struct server *server)
{
	loop__drop(server->loop, &server->client);
	server__close_fds(server);
	server->in_bytes = server->out_bytes = server->out_sent = 0;
	server->negotiated = false;
	port__disconnect(server->nic);
}

/* Keeps the descriptors of a piece of a message; more than a message may have are closed. */
static void server__take_fds(struct server *server, struct msghdr *header)
{
	struct cmsghdr *control;

	if (header->msg_flags & MSG_CTRUNC)
		server->too_many_fds = true;
	for (control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
		size_t count;

		if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
			continue;
		count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(control) + i * sizeof(fd), sizeof(fd));
			if (server->fd_count < MESSAGE_FDS_MAX) {
				server->fds[server->fd_count++] = fd;
			} else {
				close(fd);
				server->too_many_fds = true;
			}
		}
	}
}

/* Reads until @bytes of the message are there. Return: 0, -EAGAIN, or -EPIPE: it is gone. */
static int server__read(struct server *server, size_t bytes)
{
	while (server->in_bytes < bytes) {
		_Alignas(struct cmsghdr) char control[CMSG_SPACE(MESSAGE_FDS_MAX * sizeof(int))];
		struct iovec piece = { server->in + server->in_bytes, bytes - server->in_bytes };
		struct msghdr header = {
			.msg_iov = &piece,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t got = recvmsg(server->client.fd, &header, MSG_CMSG_CLOEXEC);

		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? -EAGAIN : -EPIPE;
		if (!got)
			return -EPIPE;
		server__take_fds(server, &header);
		server->in_bytes += got;
	}
	return 0;
}

/* Return: 0: all of the reply is out; -EAGAIN, or -EPIPE. */
static int server__write(struct server *server)
{
	while (server->out_sent < server->out_bytes) {
		ssize_t sent = send(server->client.fd, server->out + server->out_sent,
				    server->out_bytes - server->out_sent, MSG_NOSIGNAL);

		if (sent < 0)
			return errno == EAGAIN || errno == EINTR ? -EAGAIN : -EPIPE;
		server->out_sent += sent;
	}
	server->out_bytes = server->out_sent = 0;
	return 0;
}

/* Runs the message that was read, and writes the reply to server->out. */
static void server__run(struct server *server)
{
	const struct message_header *header = (const struct message_header *)server->in;
	struct message_header answer = { .id = header->id, .command = header->command };
	const struct request request = {
		.command = header->command,
		.payload = server->in + sizeof(*header),
		.bytes = header->bytes - sizeof(*header),
		.fds = server->fds,
		.fd_count = server->fd_count,
	};
	struct reply reply = {};
	int err;

	err = server->too_many_fds ? -EINVAL :
	      request__run(server->nic, &server->negotiated, &request, &reply);
	server__close_fds(server);
	server->in_bytes = 0;
	if (header->flags & MESSAGE_NO_REPLY)
		return;

	answer.flags = MESSAGE_REPLY | (err ? MESSAGE_ERROR : 0);
	answer.error = -err;
	answer.bytes = sizeof(answer) + (err ? 0 : reply.bytes);
	memcpy(server->out, &answer, sizeof(answer));
	memcpy(server->out + sizeof(answer), reply.payload, answer.bytes - sizeof(answer));
	server->out_bytes = answer.bytes;
}

/* One message at most, as others want their turn. Return: 0, -EAGAIN, or an error that ends it. */
static int server__serve(struct server *server)
{
	const struct message_header *header = (const struct message_header *)server->in;
	int err;

	err = server__write(server);
	if (!err)
		err = server__read(server, sizeof(*header));
	if (err)
		return err;
	/* Where the next message begins is only known as long as this makes sense. */
	if (header->bytes < sizeof(*header) || header->bytes > MESSAGE_BYTES_MAX ||
	    (header->flags & MESSAGE_TYPE) != MESSAGE_REQUEST)
		return -EPROTO;
	err = server__read(server, header->bytes);
	if (err)
		return err;
	server__run(server);
	return server__write(server);
}

static struct server *server__of_client(struct loop_source *source)
{
	return (struct server *)((char *)source - offsetof(struct server, client));
}

static struct server *server__of_listener(struct loop_source *source)
{
	return (struct server *)((char *)source - offsetof(struct server, listener));
}

static void on_client(struct loop_source *source, uint32_t events)
{
	struct server *server = server__of_client(source);
	const struct message_header *header = (const struct message_header *)server->in;
	bool waited = server->out_bytes;
	int err;

	(void)events;
	err = server__serve(server);
	if (err && err != -EAGAIN) {
		if (err == -EPROTO)
			nic__warn(server->nic, "the client was disconnected: a message of %u "
				  "bytes with flags %#x", header->bytes, header->flags);
		server__disconnect(server);
	} else if (waited != (server->out_bytes > 0)) {
		loop__change(server->loop, &server->client, server->out_bytes ? EPOLLOUT : EPOLLIN);
	}
}

int server__adopt(struct server *server, int fd)
{
	int err;

	server->client = (struct loop_source) { .fd = fd, .ready = on_client };
	err = loop__add(server->loop, &server->client, EPOLLIN);
	if (err) {
		close(fd);
		server->client.fd = -1;
		return err;
	}
	server->clients++;
	return 0;
}

static void on_listener(struct loop_source *source, uint32_t events)
{
	struct server *server = server__of_listener(source);
	int fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	if (server->client.fd >= 0 && unix_socket__is_alive(server->client.fd)) {
		nic__warn(server->nic, "a second client was turned away");
		close(fd);
		return;
	}
	/* The next QEMU may be quicker than the news that the last one was killed. */
	if (server->client.fd >= 0)
		server__disconnect(server);
	server__adopt(server, fd);
}

void server__create(struct server *server, struct nic *nic, struct loop *loop)
{
	*server = (struct server) { .loop = loop, .nic = nic, .listener.fd = -1, .client.fd = -1 };
}

int server__listen(struct server *server, const char *path)
{
	int fd = unix_socket__listen(path, SOCK_STREAM);

	if (fd < 0)
		return fd;
	server->path = path;
	server->listener = (struct loop_source) { .fd = fd, .ready = on_listener };
	return loop__add(server->loop, &server->listener, EPOLLIN);
}

void server__destroy(struct server *server)
{
	if (server->client.fd >= 0)
		server__disconnect(server);
	if (server->listener.fd >= 0)
		unlink(server->path);
	loop__drop(server->loop, &server->listener);
}
