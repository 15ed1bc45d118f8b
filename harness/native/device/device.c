// SPDX-License-Identifier: MIT
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"

/* ALTIFNAMSIZ of <linux/if.h>, which goes with no <net/if.h>. */
#define ALTNAME_SIZE	128

struct link_request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	struct rtattr attribute;
	char name[ALTNAME_SIZE];
};

/* What comes after its head does not matter, and is cut off. */
struct link_answer {
	struct nlmsghdr header;
	union {
		struct ifinfomsg link;
		struct nlmsgerr error;
	};
};

/* Asked for an altname the kernel looks among its own names as well. Returns an ifindex or -errno. */
static int link__ask(int fd, const char *given)
{
	struct link_request request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.link = { .ifi_family = AF_UNSPEC },
		.attribute = {
			.rta_len = RTA_LENGTH(sizeof(request.name)),
			.rta_type = IFLA_ALT_IFNAME,
		},
	};
	struct link_answer answer;

	if (strlen(given) >= sizeof(request.name))
		return -ENODEV;
	strcpy(request.name, given);
	if (send(fd, &request, sizeof(request), 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.header.nlmsg_type == NLMSG_ERROR ? answer.error.error : answer.link.ifi_index;
}

static void devices__print(const char *given, const char *program)
{
	struct if_nameindex *devices = if_nameindex();

	fprintf(stderr, "%s: there is no network device \"%s\"", program, given);
	for (struct if_nameindex *device = devices; device && device->if_index; device++)
		fprintf(stderr, "%s%s", device == devices ? "; there are " : ", ", device->if_name);
	fputc('\n', stderr);
	if_freenameindex(devices);
}

int device__name(char name[IF_NAMESIZE], const char *given, const char *program)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int index = fd < 0 ? -errno : link__ask(fd, given);

	if (fd >= 0)
		close(fd);
	if (index > 0 && if_indextoname(index, name))
		return 0;
	if (index == -ENODEV)
		devices__print(given, program);
	else
		fprintf(stderr, "%s: looking for the network device \"%s\": %s\n", program, given,
			strerror(index < 0 ? -index : errno));
	return index < 0 ? index : -ENODEV;
}
