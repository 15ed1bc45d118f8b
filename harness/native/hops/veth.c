// SPDX-License-Identifier: MIT
/*
 * AF_XDP sockets with a veth pair between one stage and the next. A function has two, which share
 * its UMEM, so that it forwards without copying; the kernel copies twice a hop.
 *
 *	source [0] === [1] function 1 [2] === [3] function 2 ... === [2N + 1] sink	[n]: --ifname
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "xsk_stage.h"

static struct umem umem;
static struct port in, out;
static struct frames frames;

/*
 * Without a program on the receiving side nothing arrives. The link lives as long as this process,
 * and the program and its map as long as the link.
 */
static int veth__redirect(const struct hops_options *options, const char *ifname)
{
	LIBBPF_OPTS(bpf_link_create_opts, link_options, .flags = XDP_FLAGS_DRV_MODE);
	struct bpf_object *object = bpf_object__open_file(options->xdp_object, NULL);
	struct bpf_program *program;
	int err, map_fd, link_fd;

	if (!object)
		return -errno;
	err = bpf_object__load(object);
	if (err)
		goto out_close;

	program = bpf_object__find_program_by_name(object, "xsk_redirect");
	map_fd = bpf_object__find_map_fd_by_name(object, "xsks");
	err = program && map_fd >= 0 ? xsk_socket__update_xskmap(in.xsk, map_fd) : -ENOENT;
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

static int veth__open(const struct hops_options *options, const char *from, const char *to)
{
	/* A ring of frames for the fill ring, and one for the others. */
	uint32_t count = 2 * options->ring_size;
	int err;

	err = umem__create(&umem, count, options->ring_size, from ? &in : &out);
	if (!err && from)
		err = port__open(&in, options, &umem, &frames, from, 0);
	if (!err && to)
		err = port__open(&out, options, &umem, &frames, to, 0);
	if (!err)
		err = frames__create(&frames, count);
	for (uint32_t i = 0; i < count && !err; i++)
		frames__put(&frames, (uint64_t)i * HOPS_FRAME_BYTES);
	out.to_device = true;
	return err;
}

static int veth__join(const struct hops_options *options, uint32_t stage)
{
	const char *from = stage == 0 ? NULL : options->ifnames[2 * stage - 1];
	const char *to = stage == options->functions + 1 ? NULL : options->ifnames[2 * stage];
	int err;

	err = veth__open(options, from, to);
	if (err) {
		fprintf(stderr, "hops: veth: opening the sockets of stage %u on %s%s%s: %s\n", stage,
			from ? from : "", from && to ? " and " : "", to ? to : "", strerror(-err));
		return err;
	}
	xsk_stage__set(&(struct xsk_stage) {
		.in = from ? &in : NULL,
		.out = to ? &out : NULL,
		.frames = &frames,
		.wait = options->wait,
		.bytes = options->bytes,
	});
	err = from ? veth__redirect(options, from) : 0;
	if (err)
		fprintf(stderr, "hops: veth: attaching %s to %s: %s\n", options->xdp_object, from,
			strerror(-err));
	return err;
}

/* What it needs is checked once, before there is anything to undo. */
static int veth__create(const struct hops_options *options)
{
	if (options->ifname_count != 2 * (options->functions + 1)) {
		fprintf(stderr, "hops: veth: %u functions take %u --ifname\n", options->functions,
			2 * (options->functions + 1));
		return -EINVAL;
	}
	if (!options->xdp_object) {
		fprintf(stderr, "hops: veth: needs --xdp-object\n");
		return -EINVAL;
	}
	if (options->zero_copy) {
		fprintf(stderr, "hops: veth: has no zero-copy mode\n");
		return -EOPNOTSUPP;
	}
	return 0;
}

const struct via via_veth = {
	.name = "veth",
	.help = "AF_XDP over veth pairs, each end an --ifname: out, in, out, in, ...",
	.create = veth__create,
	.join = veth__join,
	.receive = xsk_stage__receive,
	.allocate = xsk_stage__allocate,
	.send = xsk_stage__send,
	.release = xsk_stage__release,
	.wait = xsk_stage__wait,
};
