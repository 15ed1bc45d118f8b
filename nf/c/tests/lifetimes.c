// SPDX-License-Identifier: MIT
/* Sockets of a UMEM come and go in any order, and so do their devices. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "xsk_tests.h"

static void first_socket_gives_its_queue_back(void)
{
	struct memory memory = make_memory(64, 64), other = make_memory(64, 64);
	struct flash_socket *first = open_on(&memory, given.a, 0);
	struct flash_socket *second = open_on(&memory, given.a, 1), *next;

	flash_socket__destroy(first);
	next = open_on(&other, given.a, 0);

	send_to_wire(&other, next, 32);
	send_to_wire(&memory, second, 32);
	flash_socket__destroy(next);
	flash_socket__destroy(second);
	destroy_memory(&other);
	destroy_memory(&memory);
}

static void each_socket_can_be_replaced(void)
{
	struct memory memory = make_memory(64, 64);
	struct flash_socket *sockets[3];

	for (__u32 queue = 0; queue < 3; queue++)
		sockets[queue] = open_on(&memory, given.a, queue);
	for (__u32 replaced = 0; replaced < 3; replaced++) {
		flash_socket__destroy(sockets[replaced]);
		sockets[replaced] = open_on(&memory, given.a, replaced);
		for (__u32 queue = 0; queue < 3; queue++)
			send_to_wire(&memory, sockets[queue], 8);
	}

	for (__u32 queue = 0; queue < 3; queue++)
		flash_socket__destroy(sockets[queue]);
	destroy_memory(&memory);
}

static void sockets_come_after_all_have_gone(void)
{
	struct memory memory = make_memory(64, 64);

	for (int first_goes_first = 0; first_goes_first < 2; first_goes_first++) {
		struct flash_socket *first = open_on(&memory, given.a, 0);
		struct flash_socket *second = open_on(&memory, given.a, 1);

		send_to_wire(&memory, first, 8);
		send_to_wire(&memory, second, 8);
		flash_socket__destroy(first_goes_first ? first : second);
		flash_socket__destroy(first_goes_first ? second : first);
	}
	destroy_memory(&memory);
}

static void sockets_come_after_a_device_has_gone(void)
{
	struct memory memory = make_memory(64, 64);
	struct flash_socket *first, *second, *third;

	shell("ip link add gone type veth peer name gone-too && ip link set dev gone up");
	first = open_on(&memory, "gone", 0);
	second = open_on(&memory, given.a, 0);

	shell("ip link delete dev gone");
	third = open_on(&memory, given.a, 1);

	send_to_wire(&memory, second, 8);
	send_to_wire(&memory, third, 8);
	flash_socket__destroy(first);
	flash_socket__destroy(second);
	flash_socket__destroy(third);
	destroy_memory(&memory);
}

static __u64 netns_of(int fd)
{
	__u64 cookie = 0;
	socklen_t len = sizeof(cookie);

	expect(getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len), 0);
	return cookie;
}

static void first_socket_is_of_the_namespace_of_its_caller(void)
{
	struct memory memory = make_memory(64, 64);
	struct flash_socket *first;

	expect(unshare(CLONE_NEWNET), 0);
	shell("ip link add here type veth peer name there && ip link set dev here up");
	shell("ip link set dev there up");
	first = open_on(&memory, "here", 0);

	expect(netns_of(flash_socket__fd(first)), netns_of(socket(AF_UNIX, SOCK_DGRAM, 0)));
	send_to_wire(&memory, first, 8);
	flash_socket__destroy(first);
	destroy_memory(&memory);
}

enum { most_fds = 256, nobody = 65534 };

/* Before a test, those that it got from elsewhere. */
static void list_descriptors(bool open[most_fds])
{
	for (int fd = 0; fd < most_fds; fd++)
		open[fd] = fcntl(fd, F_GETFD) >= 0;
}

/* How many there are besides those. All of them are closed on exec. */
static int count_descriptors(const bool open_before[most_fds])
{
	int flags, count = 0;

	for (int fd = 0; fd < most_fds; fd++) {
		flags = fcntl(fd, F_GETFD);
		if (open_before[fd] || flags < 0)
			continue;
		expect(flags, FD_CLOEXEC);
		count++;
	}
	return count;
}

static void no_descriptor_outlives_exec(void)
{
	struct flash_socket *first, *second, *third, *fourth;
	struct flash_socket_opts beside;
	bool open_before[most_fds];
	struct flash_xdp *xdp;
	struct memory memory;

	list_descriptors(open_before);
	memory = make_memory(64, 64);
	expect(count_descriptors(open_before) >= 1, true);
	first = open_on(&memory, given.a, 0);
	second = open_on(&memory, given.a, 1);
	beside = opts_for(given.a, 1);
	beside.beside = second;
	third = open_with(&memory, beside);
	expect(count_descriptors(open_before) >= 4, true);
	flash_socket__destroy(first);
	fourth = open_on(&memory, given.a, 2);
	expect(flash_xdp__attach(&xdp, given.a, given.object), 0);
	expect(count_descriptors(open_before) >= 6, true);

	flash_xdp__detach(xdp);
	flash_socket__destroy(fourth);
	flash_socket__destroy(third);
	flash_socket__destroy(second);
	destroy_memory(&memory);
}

static void no_descriptor_is_left(void)
{
	struct memory owners = make_memory(64, 64), memory;
	struct flash_socket *owner = open_on(&owners, given.a, 0), *first, *second;
	struct flash_socket_opts refused = opts_for(given.a, 0);
	bool open_before[most_fds];

	refused.queue_wait_ms = 0;
	list_descriptors(open_before);
	memory = make_memory(64, 64);
	expect(refusal(&memory, refused), -EBUSY);
	first = open_on(&memory, given.a, 1);
	second = open_on(&memory, given.a, 2);
	expect(seteuid(nobody), 0);
	expect(refusal(&memory, opts_for(given.a, 3)), -EPERM);
	expect(seteuid(0), 0);
	flash_socket__destroy(first);
	flash_socket__destroy(second);
	destroy_memory(&memory);

	expect(count_descriptors(open_before), 0);
	flash_socket__destroy(owner);
	destroy_memory(&owners);
}

const struct xsk_test lifetime_tests[] = {
	{ "the queue of the first socket of a UMEM is free once that is destroyed",
	  first_socket_gives_its_queue_back },
	{ "each socket of a UMEM can be replaced while the others stay",
	  each_socket_can_be_replaced },
	{ "a UMEM whose sockets have all gone can have new ones",
	  sockets_come_after_all_have_gone },
	{ "a UMEM can have new sockets after the device of its first one has gone",
	  sockets_come_after_a_device_has_gone },
	{ "the first socket is in the network namespace of its caller, wherever the UMEM was made",
	  first_socket_is_of_the_namespace_of_its_caller },
	{ "every descriptor is closed on exec", no_descriptor_outlives_exec },
	{ "no descriptor is left once all is destroyed, after attempts that failed either",
	  no_descriptor_is_left },
	{ },
};
