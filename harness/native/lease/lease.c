// SPDX-License-Identifier: MIT
/*
 * lease NAME DEVICE QUEUE
 *
 * Makes a netkit device NAME, down, that leases RX queue QUEUE of DEVICE, and prints the number that
 * the queue has there. Both are in the network namespace of this program; NAME can then go to a
 * container's. Takes CAP_NET_ADMIN, and a DEVICE whose driver lets its queues be leased.
 *
 * In netlink by hand, because neither iproute2 nor the headers of the distributions know it yet.
 */
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* include/uapi/linux/if_link.h */
enum { NETKIT_MODE = 5, NETKIT_PAIRING = 10 };
enum { NETKIT_L2 = 0, NETKIT_SINGLE = 1 };
/* include/uapi/linux/netdev.h */
enum { QUEUE_ID = 1, QUEUE_IFINDEX = 2, QUEUE_TYPE = 3, QUEUE_LEASE = 8 };
enum { LEASE_IFINDEX = 1, LEASE_QUEUE = 2 };
enum { QUEUE_CREATE = 16, RX = 0 };

static const uint32_t rx_queues = 8; /* the first one, and those that can be leased */

struct message {
	struct nlmsghdr head;
	union {
		struct ifinfomsg link;
		struct genlmsghdr generic;
		char bytes[1024];
	};
};

static struct nlattr *end_of(struct message *message)
{
	return (struct nlattr *)((char *)message + NLMSG_ALIGN(message->head.nlmsg_len));
}

static struct nlattr *put(struct message *message, uint16_t type, const void *data, size_t length)
{
	struct nlattr *attribute = end_of(message);

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + length;
	if (length)
		memcpy((char *)attribute + NLA_HDRLEN, data, length);
	message->head.nlmsg_len = NLMSG_ALIGN(message->head.nlmsg_len) + NLA_ALIGN(attribute->nla_len);
	return attribute;
}

static void put_u32(struct message *message, uint16_t type, uint32_t value)
{
	put(message, type, &value, sizeof(value));
}

static void put_text(struct message *message, uint16_t type, const char *text)
{
	put(message, type, text, strlen(text) + 1);
}

static struct nlattr *open_nest(struct message *message, uint16_t type)
{
	return put(message, type | NLA_F_NESTED, NULL, 0);
}

static void close_nest(struct message *message, struct nlattr *nest)
{
	nest->nla_len = (char *)end_of(message) - (char *)nest;
}

/* Sends a request and leaves the answer in its place; exits if the kernel refuses. */
static void ask(int protocol, struct message *message, const char *what)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	ssize_t length;

	if (fd < 0)
		err(1, "netlink");
	if (send(fd, message, message->head.nlmsg_len, 0) < 0)
		err(1, "%s", what);
	length = recv(fd, message, sizeof(*message), 0);
	if (length < (ssize_t)NLMSG_LENGTH(sizeof(struct genlmsghdr)))
		err(1, "%s: no answer", what);
	if (message->head.nlmsg_type == NLMSG_ERROR) {
		errno = -((struct nlmsgerr *)NLMSG_DATA(&message->head))->error;
		if (errno)
			err(1, "%s", what);
	}
	close(fd);
}

/* An attribute of an answer in generic netlink, after its header. */
static const struct nlattr *find(const struct message *message, uint16_t type)
{
	const char *at = message->bytes + GENL_HDRLEN;
	const char *end = (const char *)message + message->head.nlmsg_len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attribute = (const struct nlattr *)at;

		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		if (attribute->nla_len < NLA_HDRLEN)
			break;
		at += NLA_ALIGN(attribute->nla_len);
	}
	errx(1, "an answer without attribute %u", type);
}

static const void *value_of(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static void make_device(const char *name)
{
	struct message message = {
		.head = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			.nlmsg_type = RTM_NEWLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		},
	};
	struct nlattr *info, *data;

	put_text(&message, IFLA_IFNAME, name);
	put_u32(&message, IFLA_NUM_RX_QUEUES, rx_queues);
	info = open_nest(&message, IFLA_LINKINFO);
	put_text(&message, IFLA_INFO_KIND, "netkit");
	data = open_nest(&message, IFLA_INFO_DATA);
	put_u32(&message, NETKIT_MODE, NETKIT_L2);
	put_u32(&message, NETKIT_PAIRING, NETKIT_SINGLE);
	close_nest(&message, data);
	close_nest(&message, info);
	ask(NETLINK_ROUTE, &message, "making a netkit device");
}

/* A request in generic netlink, without attributes yet. */
static struct message request(uint16_t family, uint8_t command)
{
	return (struct message){
		.head = {
			.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			.nlmsg_type = family,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.generic = { .cmd = command, .version = 1 },
	};
}

static uint16_t find_family(const char *name)
{
	struct message message = request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

	put_text(&message, CTRL_ATTR_FAMILY_NAME, name);
	ask(NETLINK_GENERIC, &message, name);
	return *(const uint16_t *)value_of(find(&message, CTRL_ATTR_FAMILY_ID));
}

static uint32_t lease(uint32_t ifindex, uint32_t of, uint32_t queue)
{
	struct message message = request(find_family("netdev"), QUEUE_CREATE);
	struct nlattr *outer, *inner;

	put_u32(&message, QUEUE_IFINDEX, ifindex);
	put_u32(&message, QUEUE_TYPE, RX);
	outer = open_nest(&message, QUEUE_LEASE);
	put_u32(&message, LEASE_IFINDEX, of);
	inner = open_nest(&message, LEASE_QUEUE);
	put_u32(&message, QUEUE_ID, queue);
	put_u32(&message, QUEUE_TYPE, RX);
	close_nest(&message, inner);
	close_nest(&message, outer);
	ask(NETLINK_GENERIC, &message, "leasing a queue");
	return *(const uint32_t *)value_of(find(&message, QUEUE_ID));
}

static uint32_t index_of(const char *name)
{
	uint32_t index = if_nametoindex(name);

	if (!index)
		err(1, "%s", name);
	return index;
}

int main(int argc, char **argv)
{
	char *end;
	long queue;

	if (argc != 4)
		errx(2, "usage: lease NAME DEVICE QUEUE");
	queue = strtol(argv[3], &end, 10);
	if (!*argv[3] || *end || queue < 0 || queue > UINT16_MAX)
		errx(2, "%s is no number of a queue", argv[3]);
	make_device(argv[1]);
	printf("%u\n", lease(index_of(argv[1]), index_of(argv[2]), queue));
	return 0;
}
