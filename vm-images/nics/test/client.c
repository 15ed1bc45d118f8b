// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

#define FDS_MAX 64
#define PASSES 8

struct client *client__create(struct testbed *testbed)
{
	struct client *client = calloc(1, sizeof(*client));
	int ends[2];

	if (!client || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) ||
	    server__adopt(&testbed->ports[0].server, ends[1]))
		abort();
	client->testbed = testbed;
	client->fd = ends[0];
	return client;
}

static void client__pass(struct client *client)
{
	for (unsigned int i = 0; i < PASSES; i++) {
		if (testbed__pass(client->testbed, false))
			abort();
	}
}

void client__destroy(struct client *client)
{
	close(client->fd);
	client__pass(client);
	free(client);
}

struct client *client__connect(struct testbed *testbed)
{
	static const struct message_version version;
	struct client *client = client__create(testbed);

	if (client__ask(client, MESSAGE_VERSION, &version, sizeof(version), NULL, 0))
		abort();
	return client;
}

bool client__send(struct client *client, const void *bytes, size_t count, const int *fds,
		  unsigned int fd_count)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(FDS_MAX * sizeof(int))] = {};
	struct iovec piece = { (void *)bytes, count };
	struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (fd_count) {
		struct cmsghdr *rights = (struct cmsghdr *)control;

		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(rights), fds, fd_count * sizeof(int));
	}
	return sendmsg(client->fd, &header, MSG_NOSIGNAL) == (ssize_t)count;
}

int client__receive(struct client *client)
{
	struct message_header header;
	ssize_t bytes;

	client__pass(client);
	client->reply_bytes = 0;
	bytes = recv(client->fd, &header, sizeof(header), 0);
	if (bytes < 0 && errno == EAGAIN)
		return CLIENT_SILENT;
	if (bytes <= 0)
		return CLIENT_GONE;
	if (bytes != sizeof(header) || header.bytes < sizeof(header) ||
	    header.bytes > MESSAGE_BYTES_MAX || !(header.flags & MESSAGE_REPLY))
		abort();
	client->reply_bytes = header.bytes - sizeof(header);
	if (client->reply_bytes && recv(client->fd, client->reply, client->reply_bytes,
					MSG_WAITALL) != (ssize_t)client->reply_bytes)
		abort();
	/* An error says which one it is, and has no payload. */
	if (!(header.flags & MESSAGE_ERROR) != !header.error ||
	    (header.error && client->reply_bytes))
		abort();
	return header.error;
}

int client__ask(struct client *client, uint16_t command, const void *payload, size_t bytes,
		const int *fds, unsigned int fd_count)
{
	uint8_t message[MESSAGE_BYTES_MAX];
	struct message_header header = {
		.id = 7, .command = command, .bytes = sizeof(header) + bytes,
	};

	if (bytes > sizeof(message) - sizeof(header))
		abort();
	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), payload ? payload : "", bytes);
	if (!client__send(client, message, header.bytes, fds, fd_count))
		return CLIENT_GONE;
	return client__receive(client);
}

uint64_t client__read(struct client *client, uint32_t region, uint64_t offset, uint32_t bytes)
{
	const struct message_region_access access = { .offset = offset, .region = region,
						      .count = bytes };
	uint64_t value = 0;

	if (client__ask(client, MESSAGE_REGION_READ, &access, sizeof(access), NULL, 0) ||
	    client->reply_bytes != sizeof(access) + bytes || bytes > sizeof(value))
		abort();
	memcpy(&value, client->reply + sizeof(access), bytes);
	return value;
}

void client__write(struct client *client, uint32_t region, uint64_t offset, uint64_t value,
		   uint32_t bytes)
{
	struct { struct message_region_access access; uint64_t value; } message = {
		{ .offset = offset, .region = region, .count = bytes }, value,
	};

	if (client__ask(client, MESSAGE_REGION_WRITE, &message, sizeof(message.access) + bytes,
			NULL, 0))
		abort();
}
