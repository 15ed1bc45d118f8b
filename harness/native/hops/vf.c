// SPDX-License-Identifier: MIT
/*
 * AF_XDP sockets on virtual functions of one NIC, a stage on each. The switch in the NIC carries a
 * packet to the device whose address it is for, so a stage sends to the address of the next one's
 * and from its own. What is no IP is not spread over queues: it arrives on queue 0.
 *
 *	source     function 1     function 2           sink
 *	 [0]          [1]            [2]      ...    [N + 1]	[n]: --ifname
 *	  |            |              |                 |
 *	==+============+==============+========...======+==	the switch
 */
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "xsk_device.h"
#include "xsk_stage.h"

static unsigned char addresses[HOPS_MAX_STAGES][ETH_ALEN];
/* What this stage sends: to the next one, from itself. */
static unsigned char to_and_from[2 * ETH_ALEN];

static int address__read(unsigned char *address, const char *ifname)
{
	static const unsigned char none[ETH_ALEN];
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;
	struct ifreq request = { };

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", ifname);
	err = ioctl(fd, SIOCGIFHWADDR, &request) ? -errno : 0;
	close(fd);
	memcpy(address, request.ifr_hwaddr.sa_data, ETH_ALEN);
	return !err && !memcmp(address, none, ETH_ALEN) ? -EADDRNOTAVAIL : err;
}

static int vf__create(const struct hops_options *options)
{
	uint32_t stages = options->functions + 2;
	int err = xsk_device__check(options, transport_vf.name, stages);

	for (uint32_t i = 0; i < stages && !err; i++) {
		err = address__read(addresses[i], options->ifnames[i]);
		if (err)
			fprintf(stderr, "hops: vf: reading the MAC address of %s: %s\n",
				options->ifnames[i], strerror(-err));
	}
	return err;
}

static int vf__join(const struct hops_options *options, uint32_t stage)
{
	const char *ifname = options->ifnames[stage];
	bool is_source = stage == 0, is_sink = stage == options->functions + 1;

	if (!is_sink) {
		memcpy(to_and_from, addresses[stage + 1], ETH_ALEN);
		memcpy(to_and_from + ETH_ALEN, addresses[stage], ETH_ALEN);
	}
	return xsk_device__join(options, transport_vf.name, stage, is_source ? NULL : ifname,
				is_sink ? NULL : ifname);
}

static uint32_t vf__send(const struct packet *packets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		memcpy(packets[i].data, to_and_from, sizeof(to_and_from));
	return xsk_stage__send(packets, count);
}

const struct transport transport_vf = {
	.name = "vf",
	.help = "AF_XDP over SR-IOV virtual functions of one NIC, an --ifname for each stage in order",
	.create = vf__create,
	.join = vf__join,
	.receive = xsk_stage__receive,
	.allocate = xsk_stage__allocate,
	.send = vf__send,
	.release = xsk_stage__release,
	.wait = xsk_stage__wait,
};
