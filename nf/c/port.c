// SPDX-License-Identifier: MIT
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "port.h"

enum { usual_frames = 4096, usual_frame_size = 2048, usual_ring = 2048, retry_ms = 1000 };

struct flash_port *flash_port__new(void)
{
	struct flash_port *port = calloc(1, sizeof(*port));

	if (!port)
		return NULL;
	port->xskmap_fd = -1;
	port->monitor_fd = -1;
	port->socket_fd = -1;
	port->umem_fd = -1;
	port->owners_fd = -1;
	port->edges = 1;
	return port;
}

static int port__open_socket(struct flash_port *port, const struct flash_port_opts *opts)
{
	struct flash_umem_opts memory = {
		.frame_count = opts->frame_count ?: usual_frames,
		.frame_size = opts->frame_size ?: usual_frame_size,
		.ring_size = opts->ring_size ?: usual_ring,
	};
	struct flash_socket_opts socket = {
		.ifname = opts->ifname,
		.queue = opts->queue,
		.ring_size = memory.ring_size,
		.mode = opts->mode,
		.busy_poll = opts->busy_poll,
		.queue_wait_ms = opts->queue_wait_ms,
	};
	int err = flash_umem__create(&port->umem, &memory);

	if (!err)
		err = flash_frames__create(&port->frames, port->umem, memory.frame_count);
	if (!err)
		err = flash_frames__add(port->frames, 0, memory.frame_count);
	if (!err)
		err = flash_socket__create(&port->socket, port->umem, port->frames, &socket);
	if (!err)
		flash_socket__fill(port->socket);
	return err;
}

static int port__connect_device(struct flash_port *port, const struct flash_port_opts *opts)
{
	int err;

	if (opts->xdp_object) {
		err = flash_xdp__attach(&port->xdp, opts->ifname, opts->xdp_object);
		return err ? err : flash_xdp__add(port->xdp, port->socket);
	}
	if (!opts->xskmap)
		return 0;
	port->xskmap_fd = bpf_obj_get(opts->xskmap);
	if (port->xskmap_fd < 0)
		return -errno;
	return bpf_map_update_elem(port->xskmap_fd, &port->socket->queue, &port->socket->fd,
				   BPF_ANY);
}

int flash_port__open(struct flash_port **out, const struct flash_port_opts *opts)
{
	struct flash_port *port;
	int err;

	*out = NULL;
	if (opts->xdp_object && opts->xskmap)
		return -EINVAL;
	port = flash_port__new();
	if (!port)
		return -ENOMEM;
	err = port__open_socket(port, opts);
	if (!err)
		err = port__connect_device(port, opts);
	if (err) {
		flash_port__close(port);
		return err;
	}
	*out = port;
	return 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void flash_port__close(struct flash_port *port)
{
	if (!port)
		return;
	flash_xdp__detach(port->xdp);
	close_if_open(port->xskmap_fd);
	flash_socket__destroy(port->socket);
	flash_frames__destroy(port->frames);
	flash_umem__destroy(port->umem);
	close_if_open(port->socket_fd);
	close_if_open(port->umem_fd);
	close_if_open(port->owners_fd);
	close_if_open(port->monitor_fd);
	free(port);
}

struct flash_socket *flash_port__socket(const struct flash_port *port)
{
	return port->socket;
}

struct flash_frames *flash_port__frames(const struct flash_port *port)
{
	return port->frames;
}

const struct flash_umem *flash_port__umem(const struct flash_port *port)
{
	return port->umem;
}

__u32 flash_port__edges(const struct flash_port *port)
{
	return port->edges;
}

bool flash_port__leaving(const struct flash_port *port)
{
	return port->leaving;
}

bool flash_port__monitored(const struct flash_port *port)
{
	return port->monitor_fd >= 0 && !port->rejoining;
}

static __s64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__s64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In pieces while there is no monitor, to look for one in between. */
int flash_port__wait(struct flash_port *port, const struct flash_wait_opts *opts)
{
	struct flash_wait_opts piece = *opts;
	__s64 left = 0, deadline = now_ms() + opts->timeout_ms;
	__u32 edges = port->edges;
	int result;

	do {
		flash_port__hear(port);
		flash_port__look_for_monitor(port);
		if (port->leaving || port->edges != edges)
			return 0;
		if (opts->timeout_ms >= 0) {
			left = deadline - now_ms();
			if (left < 0)
				left = 0;
		}
		piece.timeout_ms = opts->timeout_ms < 0 ? -1 : left;
		if (port->socket_fd >= 0 && port->monitor_fd < 0 &&
		    (opts->timeout_ms < 0 || left > retry_ms))
			piece.timeout_ms = retry_ms;
		piece.fd = port->monitor_fd;
		result = flash_socket__wait(&port->socket, 1, &piece);
	} while (!result && (opts->timeout_ms < 0 || now_ms() < deadline));
	flash_port__hear(port);
	return result;
}

int flash_port__prepare(struct flash_port *port, __u32 busy_us, struct flash_sleep *sleep)
{
	__u32 edges = port->edges;
	int result;

	flash_port__hear(port);
	flash_port__look_for_monitor(port);
	result = flash_socket__prepare(port->socket, busy_us, &sleep->timeout_ms);
	if (result >= 0 && (port->edges != edges || (!result && port->leaving)))
		result = FLASH_CHANGED;
	sleep->count = 1;
	sleep->fds[0] = (struct pollfd) {
		.fd = port->socket->fd,
		.events = port->socket->blocked ? POLLOUT : POLLIN,
	};
	if (port->monitor_fd >= 0)
		sleep->fds[sleep->count++] = (struct pollfd) { .fd = port->monitor_fd, .events = POLLIN };
	return result;
}
