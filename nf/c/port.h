/* SPDX-License-Identifier: MIT */
#ifndef FLASH_PORT_H
#define FLASH_PORT_H

#include "flash_nf.h"
#include "internal.h"
#include "protocol.h"

struct flash_port {
	struct flash_umem *umem;
	struct flash_frames *frames;
	struct flash_socket *socket;
	struct flash_xdp *xdp;		/* NULL if somebody else has attached it */
	int xskmap_fd;			/* or -1 */
	__u32 edges;
	bool leaving;
	/* Of one that joined a chain; -1 if not. */
	int monitor_fd, socket_fd, umem_fd;
	int owners_fd;			/* of a memory that functions share; -1 if it is its own */
	bool rejoining;			/* has asked, and was not answered yet */
	__u64 next_attempt_ms;
	struct sockaddr_un monitor;
	struct join_message join;	/* as it was, to be said again */
};

struct flash_port *flash_port__new(void);
/* Handles what the monitor has said. Never waits. */
void flash_port__hear(struct flash_port *port);
/* Looks for a monitor if there is none, but not too often. Never waits. */
void flash_port__look_for_monitor(struct flash_port *port);

#endif
