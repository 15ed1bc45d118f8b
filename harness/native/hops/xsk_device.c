// SPDX-License-Identifier: MIT
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "xsk_device.h"
#include "xsk_stage.h"

static struct umem umem;
static struct port in, out;	/* out is not used if one device is both */
static struct frames frames;

/*
 * Without a program on the receiving side nothing arrives. The link lives as long as this process,
 * and the program and its map as long as the link.
 */
static int port__redirect(const struct port *port, const char *xdp_object, const char *ifname)
{
	LIBBPF_OPTS(bpf_link_create_opts, link_options, .flags = XDP_FLAGS_DRV_MODE);
	struct bpf_object *object = bpf_object__open_file(xdp_object, NULL);
	struct bpf_program *program;
	int err, map_fd, link_fd;

	if (!object)
		return -errno;
	err = bpf_object__load(object);
	if (err)
		goto out_close;

	program = bpf_object__find_program_by_name(object, "xsk_redirect");
	map_fd = bpf_object__find_map_fd_by_name(object, "xsks");
	err = program && map_fd >= 0 ? xsk_socket__update_xskmap(port->xsk, map_fd) : -ENOENT;
	if (err)
		goto out_close;

	link_fd = bpf_link_create(bpf_program__fd(program), if_nametoindex(ifname), BPF_XDP,
				  &link_options);
	if (link_fd < 0)
		err = link_fd;
out_close:
	bpf_object__close(object);
	return err;
}

static int xsk_device__open(const struct hops_options *options, struct port *receiver,
			    const char *from, struct port *sender, const char *to)
{
	/* A ring of frames for the fill ring, and one for the others. */
	uint32_t count = 2 * options->ring_size;
	int err;

	err = umem__create(&umem, count, options->ring_size, receiver ? receiver : sender);
	if (!err && receiver)
		err = port__open(receiver, options, &umem, &frames, from, 0);
	if (!err && sender && sender != receiver)
		err = port__open(sender, options, &umem, &frames, to, 0);
	if (!err)
		err = frames__create(&frames, count);
	for (uint32_t i = 0; i < count && !err; i++)
		frames__put(&frames, (uint64_t)i * HOPS_FRAME_BYTES);
	if (sender)
		sender->to_device = true;
	return err;
}

int xsk_device__join(const struct hops_options *options, const char *transport, uint32_t stage,
		     const char *from, const char *to)
{
	bool one = from && to && !strcmp(from, to);
	struct port *receiver = from ? &in : NULL, *sender = one ? &in : to ? &out : NULL;
	int err;

	err = xsk_device__open(options, receiver, from, sender, to);
	if (err) {
		fprintf(stderr, "hops: %s: opening the sockets of stage %u on %s%s%s in %s mode: %s\n",
			transport, stage, from ? from : "", from && to && !one ? " and " : "",
			to && !one ? to : "", options->zero_copy ? "zero-copy" : "copy",
			strerror(-err));
		return err;
	}
	xsk_stage__set(&(struct xsk_stage) {
		.in = receiver,
		.out = sender,
		.frames = &frames,
		.wait = options->wait,
		.bytes = options->bytes,
	});
	/* In zero-copy mode drivers do not even send for a socket while there is no program. */
	if (!receiver && options->zero_copy) {
		receiver = sender;
		from = to;
	}
	err = receiver ? port__redirect(receiver, options->xdp_object, from) : 0;
	if (err)
		fprintf(stderr, "hops: %s: attaching %s to %s in driver mode: %s\n", transport,
			options->xdp_object, from, strerror(-err));
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
