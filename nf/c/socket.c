// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

static const __u16 mode_flags[] = {
	[FLASH_MODE_AUTO] = 0,
	[FLASH_MODE_COPY] = XDP_COPY,
	[FLASH_MODE_ZERO_COPY] = XDP_ZEROCOPY,
};

/* System calls run the driver's NAPI poll, rather than wait for an interrupt to. */
static int socket__poll_busily(struct flash_socket *socket)
{
	static const struct {
		int name, value;
	} options[] = { { SO_PREFER_BUSY_POLL, 1 }, { SO_BUSY_POLL, 20 }, { SO_BUSY_POLL_BUDGET, 64 } };

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (setsockopt(socket->fd, SOL_SOCKET, options[i].name, &options[i].value,
			       sizeof(options[i].value)))
			return -errno;
	socket->busy_poll = true;
	return 0;
}

/* Where it is to be bound. */
static int socket__find_place(struct flash_socket *socket, const struct flash_socket_opts *opts)
{
	socket->ifindex = if_nametoindex(opts->ifname);
	if (!socket->ifindex)
		return -errno;
	socket->queue = opts->queue;
	return flash_netns__cookie(&socket->netns);
}

static bool socket__is_beside(const struct flash_socket *socket, const struct flash_socket *other)
{
	return socket->netns == other->netns && socket->ifindex == other->ifindex &&
	       socket->queue == other->queue;
}

/* libxdp takes rings for those of another queue, or none at all, if this is not as it is to be. */
static int socket__check_place(const struct flash_socket *socket, const struct flash_umem *umem,
			       const struct flash_socket *beside)
{
	if (beside)
		return beside->umem == umem && socket__is_beside(socket, beside) ? 0 : -EINVAL;
	for (const struct flash_socket *other = umem->sockets; other; other = other->next)
		if (socket__is_beside(socket, other))
			return -EBUSY;
	return 0;
}

/* A UMEM without sockets is in the network namespace of who opened it, and the first socket with it. */
static int socket__open_umem(const struct flash_socket *socket, struct flash_umem *umem,
			     const struct flash_socket *beside)
{
	if (!umem->sockets && umem->umem && umem->netns != socket->netns)
		flash_umem__close(umem);
	if (!umem->umem)
		return flash_umem__open(umem, socket->netns);
	return beside ? flash_umem__show(umem, beside) : 0;
}

static int socket__choose_pair(struct flash_socket *socket, const struct flash_umem *umem,
			       const struct flash_socket *beside)
{
	if (beside) {
		socket->rings.fill = beside->rings.fill;
		socket->rings.completion = beside->rings.completion;
		return 0;
	}
	socket->pair = umem->first ?: calloc(1, sizeof(*socket->pair));
	if (!socket->pair)
		return -ENOMEM;
	socket->rings.fill = &socket->pair->fill;
	socket->rings.completion = &socket->pair->completion;
	return 0;
}

static __u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int socket__try_to_bind(struct flash_socket *socket, const struct flash_umem *umem,
			       const struct flash_socket_opts *opts)
{
	static const struct timespec millisecond = { .tv_nsec = 1000000 };
	struct xsk_socket_config config = {
		.rx_size = opts->ring_size,
		.tx_size = opts->ring_size,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = mode_flags[opts->mode] | XDP_USE_NEED_WAKEUP,
	};
	struct flash_rings *rings = &socket->rings;
	__u64 deadline = now_ms() + opts->queue_wait_ms;
	int err;

	while ((err = xsk_socket__create_shared(&socket->xsk, opts->ifname, opts->queue, umem->umem,
						rings->rx, rings->tx, rings->fill,
						rings->completion, &config)) == -EBUSY &&
	       now_ms() < deadline)
		nanosleep(&millisecond, NULL);
	return err;
}

/* A socket whose device is gone is not bound any more, and cannot be joined. */
static int socket__bind(struct flash_socket *socket, struct flash_umem *umem,
			const struct flash_socket_opts *opts)
{
	int err = socket__try_to_bind(socket, umem, opts);

	for (const struct flash_socket *other = umem->sockets; err == -EBADF && other;
	     other = other->next) {
		err = flash_umem__show(umem, other);
		if (!err)
			err = socket__try_to_bind(socket, umem, opts);
	}
	return err;
}

/* libxdp has the first socket and the UMEM share a descriptor. */
static int socket__own_fd(struct flash_socket *socket, const struct flash_umem *umem)
{
	socket->fd = xsk_socket__fd(socket->xsk);
	if (socket->fd != xsk_umem__fd(umem->umem))
		return fcntl(socket->fd, F_SETFD, FD_CLOEXEC) ? -errno : 0;
	socket->fd = fcntl(socket->fd, F_DUPFD_CLOEXEC, 0);
	return socket->fd < 0 ? -errno : 0;
}

/* The first socket of a UMEM decides, and the kernel does not say so to others. */
static int socket__check_mode(const struct flash_socket *socket, enum flash_mode mode)
{
	struct xdp_options options = { };
	socklen_t len = sizeof(options);
	enum flash_mode actual;

	if (getsockopt(socket->fd, SOL_XDP, XDP_OPTIONS, &options, &len))
		return -errno;
	actual = options.flags & XDP_OPTIONS_ZEROCOPY ? FLASH_MODE_ZERO_COPY : FLASH_MODE_COPY;
	return mode == FLASH_MODE_AUTO || mode == actual ? 0 : -EINVAL;
}

static void umem__add(struct flash_umem *umem, struct flash_socket *socket)
{
	if (!umem->sockets)
		umem->shown = socket;
	if (socket->pair == umem->first)
		umem->first = NULL;
	socket->next = umem->sockets;
	umem->sockets = socket;
}

static void umem__remove(struct flash_umem *umem, const struct flash_socket *socket)
{
	struct flash_socket **link = &umem->sockets;

	while (*link != socket)
		link = &(*link)->next;
	*link = socket->next;
	/* If this fails, the queue of @socket stays in use until another one is shown. */
	if (umem->shown == socket && umem->sockets)
		flash_umem__show(umem, umem->sockets);
}

int flash_socket__create(struct flash_socket **out, struct flash_umem *umem,
			 struct flash_frames *frames, const struct flash_socket_opts *opts)
{
	struct flash_socket *socket = calloc(1, sizeof(*socket));
	int err;

	*out = NULL;
	if (!socket)
		return -ENOMEM;
	socket->umem = umem;
	socket->frames = frames;
	socket->rings.rx = opts->beside ? NULL : &socket->rx;
	socket->rings.tx = &socket->tx;
	err = socket__find_place(socket, opts);
	if (!err)
		err = socket__check_place(socket, umem, opts->beside);
	if (!err)
		err = socket__open_umem(socket, umem, opts->beside);
	if (err)
		goto err_socket;
	err = socket__choose_pair(socket, umem, opts->beside);
	if (err)
		goto err_umem;
	err = socket__bind(socket, umem, opts);
	if (err)
		goto err_pair;
	umem__add(umem, socket);

	err = socket__own_fd(socket, umem);
	if (!err)
		err = socket__check_mode(socket, opts->mode);
	if (!err && opts->busy_poll)
		err = socket__poll_busily(socket);
	if (err) {
		flash_socket__destroy(socket);
		return err;
	}
	socket->rx_fd = opts->beside ? opts->beside->rx_fd : socket->fd;
	*out = socket;
	return 0;

err_pair:
	if (socket->pair != umem->first)
		free(socket->pair);
err_umem:
	/* The next attempt may want rings of another size, but these have been made. */
	if (!umem->sockets)
		flash_umem__close(umem);
err_socket:
	free(socket);
	return err;
}

void flash_socket__destroy(struct flash_socket *socket)
{
	struct flash_umem *umem;
	bool two;

	if (!socket)
		return;
	if (!socket->xsk) {
		flash_socket__unmap(socket);
		free(socket);
		return;
	}
	umem = socket->umem;
	umem__remove(umem, socket);
	two = socket->fd >= 0 && socket->fd != xsk_socket__fd(socket->xsk);
	xsk_socket__delete(socket->xsk);
	if (two)
		close(socket->fd);
	free(socket->pair);
	free(socket);
	if (!umem->sockets)
		flash_umem__close(umem);
}

int flash_socket__fd(const struct flash_socket *socket)
{
	return socket->fd;
}

const struct flash_rings *flash_socket__rings(const struct flash_socket *socket)
{
	return &socket->rings;
}
