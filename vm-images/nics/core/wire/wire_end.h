/* SPDX-License-Identifier: MIT */
/* One end of a wire. */
#ifndef WIRE_END_H
#define WIRE_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loop.h"

struct nic;
struct wire;

enum wire_end_kind {
	WIRE_NOWHERE,
	WIRE_PORT,
	WIRE_TAP,
	WIRE_UNIX,			/* connected by us */
	WIRE_LISTEN,			/* connected by the other process, one at a time */
};

/* What became of a frame. */
enum wire_verdict { WIRE_TAKEN, WIRE_REFUSED, WIRE_LOST };

struct wire_end {
	enum wire_end_kind kind;
	struct wire *wire;
	unsigned int side;
	const char *name;		/* of the TAP device, or the socket's path; not owned */
	struct nic *nic;
	struct loop_source device;	/* TAP, or the connected socket */
	struct loop_source listener;
	uint32_t interest;		/* epoll events of the device that are asked for */
};

/* These return 0 or -errno. The end is a member of the wire; the port learns of its wire. */
int wire_end__attach_port(struct wire *wire, unsigned int side, struct nic *nic);
int wire_end__attach_tap(struct wire *wire, unsigned int side, const char *name);
int wire_end__connect(struct wire *wire, unsigned int side, const char *path);
int wire_end__listen(struct wire *wire, unsigned int side, const char *path);
/* A connected SOCK_SEQPACKET socket, which is the end's from now on. */
int wire_end__attach_socket(struct wire *wire, unsigned int side, int fd);
/* Removes the socket file, too, if it is ours. */
void wire_end__detach(struct wire_end *end);

/* Whether something is there that could take frames. */
bool wire_end__is_there(const struct wire_end *end);
enum wire_verdict wire_end__deliver(struct wire_end *end, const void *frame, size_t bytes);
/* A frame that was refused too long is gone. */
void wire_end__miss(struct wire_end *end);
void wire_end__tell_link(struct wire_end *end, bool up);

/* It need not wait any more with what wire__send() refused. */
void wire_end__go_on(struct wire_end *end);
/* Asks to be told when the device has room again. */
void wire_end__await_room(struct wire_end *end);

#endif
