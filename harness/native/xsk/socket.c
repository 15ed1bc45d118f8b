// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

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

static int socket__bind(struct flash_socket *socket, const struct flash_umem *umem,
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
	__u32 tries = 0;
	int err;

	while ((err = xsk_socket__create_shared(&socket->xsk, opts->ifname, opts->queue, umem->umem,
						rings->rx, rings->tx, rings->fill,
						rings->completion, &config)) == -EBUSY &&
	       tries++ < opts->queue_wait_ms)
		nanosleep(&millisecond, NULL);
	return err;
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
	err = socket__choose_pair(socket, umem, opts->beside);
	if (err)
		goto err_socket;
	err = socket__bind(socket, umem, opts);
	if (err)
		goto err_pair;
	if (socket->pair == umem->first)
		umem->first = NULL;

	socket->fd = xsk_socket__fd(socket->xsk);
	err = opts->busy_poll ? socket__poll_busily(socket) : 0;
	if (err) {
		flash_socket__destroy(socket);
		return err;
	}
	*out = socket;
	return 0;

err_pair:
	if (socket->pair != umem->first)
		free(socket->pair);
err_socket:
	free(socket);
	return err;
}

void flash_socket__destroy(struct flash_socket *socket)
{
	if (!socket)
		return;
	xsk_socket__delete(socket->xsk);
	free(socket->pair);
	free(socket);
}

int flash_socket__fd(const struct flash_socket *socket)
{
	return socket->fd;
}

const struct flash_rings *flash_socket__rings(const struct flash_socket *socket)
{
	return &socket->rings;
}
