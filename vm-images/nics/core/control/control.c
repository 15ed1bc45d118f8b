// SPDX-License-Identifier: MIT
/*
 * The control socket: a Unix stream socket. A client sends one command a line and gets one JSON
 * object a line for each, in order; commands may be sent ahead.
 *
 *	ports				"ports":[{"port","model","title","socket","mac",
 *					          "connected","link","wire"}]
 *	counters PORT			"port","counters":{...},"core":{...}
 *	wires				"wires":[{"wire","ends":[a,b],"link","down","hold",
 *					          "dropEvery","delayUs","patienceUs"}]
 *	wire WIRE counters		"wire","frames":[a,b],"bytes","dropped","missed","waiting"
 *	wire WIRE down | up		these: "wire":{...}, as in "wires"
 *	wire WIRE hold | go
 *	wire WIRE drop K		0: nothing
 *	wire WIRE delay MICROSECONDS
 *	wire WIRE patience MICROSECONDS	0: for ever
 *	quit
 *
 * Each object has "ok"; when that is false, "error" says why.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/testbed.h"
#include "core/unix_socket.h"
#include "commands.h"
#include "control.h"

static struct control_client *control_client__of(struct loop_source *source)
{
	return (struct control_client *)((char *)source - offsetof(struct control_client, source));
}

static void control_client__disconnect(struct control_client *client)
{
	loop__drop(&client->control->testbed->loop, &client->source);
	free(client->out);
	client->out = NULL;
	client->line_bytes = 0;
}

/* Return: 0: all is sent; -EAGAIN, or -EPIPE. */
static int control_client__write(struct control_client *client)
{
	while (client->out) {
		ssize_t sent = send(client->source.fd, client->out + client->out_sent,
				    client->out_bytes - client->out_sent, MSG_NOSIGNAL);

		if (sent < 0)
			return errno == EAGAIN || errno == EINTR ? -EAGAIN : -EPIPE;
		client->out_sent += sent;
		if (client->out_sent == client->out_bytes) {
			free(client->out);
			client->out = NULL;
		}
	}
	return 0;
}

/* Return: 0: a line was run; -EAGAIN: there is none; -EPIPE. */
static int control_client__run_line(struct control_client *client)
{
	char *end = memchr(client->line, '\n', client->line_bytes);
	size_t used;

	if (!end && client->line_bytes < sizeof(client->line))
		return -EAGAIN;
	/* A line that is too long is answered; where the next one begins is not known. */
	if (!end) {
		client->line_bytes = 0;
		commands__refuse(&client->out, &client->out_bytes, "a line is too long");
		client->out_sent = 0;
		control_client__write(client);
		return -EPIPE;
	}
	*end = '\0';
	used = end + 1 - client->line;
	if (used > 1 && end[-1] == '\r')
		end[-1] = '\0';
	commands__run(client->control->testbed, client->line, &client->out, &client->out_bytes);
	client->out_sent = 0;
	client->line_bytes -= used;
	memmove(client->line, client->line + used, client->line_bytes);
	return client->out ? control_client__write(client) : -EPIPE;
}

static int control_client__serve(struct control_client *client)
{
	ssize_t bytes;
	int err;

	err = control_client__write(client);
	while (!err)
		err = control_client__run_line(client);
	if (err != -EAGAIN || client->out)
		return err;

	bytes = recv(client->source.fd, client->line + client->line_bytes,
		     sizeof(client->line) - client->line_bytes, 0);
	if (bytes < 0)
		return errno == EAGAIN || errno == EINTR ? -EAGAIN : -EPIPE;
	if (!bytes)
		return -EPIPE;
	client->line_bytes += bytes;
	do {
		err = control_client__run_line(client);
	} while (!err);
	return err;
}

static void on_client(struct loop_source *source, uint32_t events)
{
	struct control_client *client = control_client__of(source);
	bool waited = client->out;

	(void)events;
	if (control_client__serve(client) != -EAGAIN)
		control_client__disconnect(client);
	else if (waited != (client->out != NULL))
		loop__change(&client->control->testbed->loop, source,
			     client->out ? EPOLLOUT : EPOLLIN);
}

static void on_listener(struct loop_source *source, uint32_t events)
{
	struct control *control = (struct control *)((char *)source -
						     offsetof(struct control, listener));
	int fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	for (unsigned int i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *client = &control->clients[i];

		if (client->source.fd >= 0)
			continue;
		client->source = (struct loop_source) { .fd = fd, .ready = on_client };
		if (!loop__add(&control->testbed->loop, &client->source, EPOLLIN))
			return;
		client->source.fd = -1;
		break;
	}
	close(fd);
}

int control__open(struct control *control, struct testbed *testbed, const char *path)
{
	int fd = unix_socket__listen(path, SOCK_STREAM);

	*control = (struct control) { .testbed = testbed, .path = path };
	control->listener = (struct loop_source) { .fd = fd, .ready = on_listener };
	for (unsigned int i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i] = (struct control_client) { .control = control,
								.source.fd = -1 };
	return fd < 0 ? fd : loop__add(&testbed->loop, &control->listener, EPOLLIN);
}

void control__close(struct control *control)
{
	for (unsigned int i = 0; i < CONTROL_CLIENTS; i++)
		control_client__disconnect(&control->clients[i]);
	if (control->listener.fd >= 0)
		unlink(control->path);
	loop__drop(&control->testbed->loop, &control->listener);
}
