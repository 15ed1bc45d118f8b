/* SPDX-License-Identifier: MIT */
/*
 * The vfio-user socket of a port. One client at a time; when it is gone, however it went, the port
 * is as after power-on and the next one is welcome.
 */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loop.h"
#include "message.h"

struct nic;

struct server {
	struct loop *loop;
	struct nic *nic;
	const char *path;			/* not owned; NULL: there is no listener */
	struct loop_source listener, client;
	bool negotiated;
	uint64_t clients;			/* that ever came */

	/* The message that is being read, and the descriptors that came with it. */
	_Alignas(8) uint8_t in[MESSAGE_BYTES_MAX];
	size_t in_bytes;
	int fds[MESSAGE_FDS_MAX];
	unsigned int fd_count;
	bool too_many_fds;

	/* The reply that the client has not taken yet: nothing is read before it has. */
	_Alignas(8) uint8_t out[MESSAGE_BYTES_MAX];
	size_t out_bytes, out_sent;
};

/* Makes a server without a socket. */
void server__create(struct server *server, struct nic *nic, struct loop *loop);
/* Return: 0 or what unix_socket__listen() says. */
int server__listen(struct server *server, const char *path);
/* Takes a connected socket as its client. Return: 0 or -errno. */
int server__adopt(struct server *server, int fd);
/* Removes the socket file, too. */
void server__destroy(struct server *server);

#endif
