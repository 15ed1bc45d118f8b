// SPDX-License-Identifier: MIT
/*
 * AF_XDP sockets with a veth pair between one stage and the next. A function has two, which share
 * its UMEM, so that it forwards without copying; the kernel copies twice a hop.
 *
 *	source [0] === [1] function 1 [2] === [3] function 2 ... === [2N + 1] sink	[n]: --ifname
 */
#include <errno.h>
#include <stdio.h>

#include "xsk_device.h"
#include "xsk_stage.h"

static int veth__create(const struct hops_options *options)
{
	if (options->zero_copy) {
		fprintf(stderr, "hops: veth: has no zero-copy mode\n");
		return -EOPNOTSUPP;
	}
	return xsk_device__check(options, transport_veth.name, 2 * (options->functions + 1));
}

static int veth__join(const struct hops_options *options, uint32_t stage)
{
	const char *from = stage == 0 ? NULL : options->ifnames[2 * stage - 1];
	const char *to = stage == options->functions + 1 ? NULL : options->ifnames[2 * stage];

	return xsk_device__join(options, transport_veth.name, stage, from, to);
}

const struct transport transport_veth = {
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
