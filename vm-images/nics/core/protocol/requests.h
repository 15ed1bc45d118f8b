/* SPDX-License-Identifier: MIT */
/* What a client asks of a port, one request at a time; who sends it and how is the server's. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

struct nic;

struct request {
	uint16_t command;
	const void *payload;		/* aligned for any message */
	size_t bytes;
	int *fds;			/* one that is kept is replaced by -1 */
	unsigned int fd_count;
};

struct reply {
	_Alignas(8) uint8_t payload[MESSAGE_BYTES_MAX - sizeof(struct message_header)];
	size_t bytes;
};

/* @negotiated: whether the version was agreed on, which has to come first. Return: 0 or -errno. */
int request__run(struct nic *nic, bool *negotiated, const struct request *request,
		 struct reply *reply);

#endif
