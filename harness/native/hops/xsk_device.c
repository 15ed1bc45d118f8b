// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xsk_device.h"
#include "xsk_stage.h"

static struct flash_umem *umem;
static struct flash_frames *frames;
static struct flash_socket *in, *out;	/* the same if one device is both */

static int xsk_device__open(const struct hops_options *options, const char *from, const char *to)
{
	struct flash_socket_opts receiver = xsk_stage__socket_opts(options, from, 0);
	struct flash_socket_opts sender = xsk_stage__socket_opts(options, to, 0);
	/* A ring of frames for the fill ring, and one for the others. */
	uint32_t count = 2 * options->ring_size;
	int err;

	err = xsk_stage__create_umem(&umem, options, count);
	if (!err)
		err = flash_frames__create(&frames, umem, count);
	if (!err)
		err = flash_frames__add(frames, 0, count);
	if (!err && from)
		err = flash_socket__create(&in, umem, frames, &receiver);
	if (err || !to)
		return err;
	if (!from || strcmp(from, to))
		return flash_socket__create(&out, umem, frames, &sender);
	out = in;
	return 0;
}

/* Without a program on the receiving side nothing arrives. It stays until this process ends. */
static int xsk_device__attach(const char *ifname, const char *object, const struct flash_socket *socket)
{
	static struct flash_xdp *xdp;
	int err = flash_xdp__attach(&xdp, ifname, object);

	return err ? err : flash_xdp__add(xdp, socket);
}

int xsk_device__join(const struct hops_options *options, const char *transport, uint32_t stage,
		     const char *from, const char *to)
{
	bool two = from && to && strcmp(from, to);
	const char *attached = from;
	int err;

	err = xsk_device__open(options, from, to);
	if (err) {
		fprintf(stderr, "hops: %s: opening the sockets of stage %u on %s%s%s in %s mode: %s\n",
			transport, stage, from ? from : to, two ? " and " : "", two ? to : "",
			options->zero_copy ? "zero-copy" : "copy", strerror(-err));
		return err;
	}
	xsk_stage__set(&(struct xsk_stage) {
		.in = in,
		.out = out,
		.frames = frames,
		.wait = options->wait,
		.bytes = options->bytes,
	});
	/* In zero-copy mode drivers do not even send for a socket while there is no program. */
	if (!from && options->zero_copy)
		attached = to;
	if (!attached)
		return 0;
	err = xsk_device__attach(attached, options->xdp_object, from ? in : out);
	if (err)
		fprintf(stderr, "hops: %s: attaching %s to %s in driver mode: %s\n", transport,
			options->xdp_object, attached, strerror(-err));
	return err;
}

int xsk_device__check(const struct hops_options *options, const char *transport, uint32_t ifnames)
{
	if (options->ifname_count != ifnames) {
		fprintf(stderr, "hops: %s: %u functions take %u --ifname\n", transport,
			options->functions, ifnames);
		return -EINVAL;
	}
	if (!options->xdp_object) {
		fprintf(stderr, "hops: %s: needs --xdp-object\n", transport);
		return -EINVAL;
	}
	return 0;
}
