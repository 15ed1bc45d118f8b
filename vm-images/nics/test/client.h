/* SPDX-License-Identifier: MIT */
/* A vfio-user client, for tests: what QEMU is to a port, without a guest and without manners. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/protocol/message.h"
#include "core/testbed.h"

struct client {
	struct testbed *testbed;
	int fd;
	_Alignas(8) uint8_t reply[MESSAGE_BYTES_MAX];	/* the last one, without its header */
	size_t reply_bytes;
};

#define CLIENT_GONE (-1)	/* the server closed the connection */
#define CLIENT_SILENT (-2)	/* there is no reply */

/* Connects to port 0 of the testbed. These abort() when the system refuses something. */
struct client *client__create(struct testbed *testbed);
void client__destroy(struct client *client);
/* The same with the version agreed on. */
struct client *client__connect(struct testbed *testbed);

/* Sends bytes as they are, with descriptors, which stay open. Return: whether they were taken. */
bool client__send(struct client *client, const void *bytes, size_t count, const int *fds,
		  unsigned int fd_count);
/* Return: the errno of the next reply (0: it worked), CLIENT_GONE or CLIENT_SILENT. */
int client__receive(struct client *client);

/* A well-formed request and its reply. Return: as client__receive(). */
int client__ask(struct client *client, uint16_t command, const void *payload, size_t bytes,
		const int *fds, unsigned int fd_count);
/* Accesses to regions; they abort() unless it worked. */
uint64_t client__read(struct client *client, uint32_t region, uint64_t offset, uint32_t bytes);
void client__write(struct client *client, uint32_t region, uint64_t offset, uint64_t value,
		   uint32_t bytes);

#endif
