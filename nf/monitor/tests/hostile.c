// SPDX-License-Identifier: MIT
/*
 * hostile MONITOR CHAIN FUNCTION DEED: joins a chain and does what no function should, until it is killed.
 * It says "ready", and what it has to tell of the deed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../c/port.h"

static __u64 anything(void)
{
	static unsigned int seed = 1;
	__u64 value = ((__u64)rand_r(&seed) << 33) ^ ((__u64)rand_r(&seed) << 16) ^ rand_r(&seed);

	/* Some could be true, so that they get past a first check. */
	return rand_r(&seed) % 2 ? value : value % (1 << 20);
}

static void say_ready(int number)
{
	printf("ready %d\n", number);
	fflush(stdout);
}

/* Indices, flags and entries of all its rings, its memory, and whose each frame is. */
static void scribble(struct flash_port *port)
{
	const struct flash_umem *umem = port->umem;
	struct flash_socket *socket = port->socket;
	unsigned long rounds = 0;

	for (;;) {
		for (int i = 0; i < 4; i++) {
			const struct ring_mapping *ring = &socket->mappings[i];

			((volatile __u64 *)ring->start)[anything() % (ring->len / 8)] = anything();
		}
		((volatile __u64 *)umem->area)[anything() % (umem->size / 8)] = anything();
		((volatile __u8 *)umem->owners)[anything() % flash_umem__frame_count(umem)] = anything();
		if (rounds++ % 64 == 0) {
			sendto(socket->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
			recvfrom(socket->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
		}
		if (rounds == 100000)
			say_ready(0);
	}
}

/* Says with which error its memory stays as it is, and the bytes that say whose its frames are. */
static void resize(struct flash_port *port)
{
	const int fds[] = { port->umem_fd, port->owners_fd };
	int errors[2], shrunk, grown, sealed;
	struct stat status;

	for (int i = 0; i < 2; i++) {
		fstat(fds[i], &status);
		shrunk = ftruncate(fds[i], 4096) ? errno : 0;
		grown = ftruncate(fds[i], 2 * status.st_size) ? errno : 0;
		sealed = fcntl(fds[i], F_ADD_SEALS, F_SEAL_WRITE) ? errno : 0;
		errors[i] = shrunk == grown && grown == sealed ? shrunk : 0;
	}
	say_ready(errors[0] == errors[1] ? errors[0] : 0);
}

/* To everybody, of the type that the test looks for, and all ones. */
static void send_one(struct flash_port *port)
{
	struct flash_packet packet = { };

	flash_socket__reclaim(port->socket, 64);
	if (flash_frames__take(port->frames, &packet, 1)) {
		packet.len = 64;
		memset(packet.data, 0xff, packet.len);
		((unsigned char *)packet.data)[12] = 0x88;
		((unsigned char *)packet.data)[13] = 0xb5;
		flash_socket__send(port->socket, &packet, 1);
	}
	flash_socket__kick_tx(port->socket);
	usleep(1000);
}

/* A child that has all of its descriptors, outlives it and goes on sending. */
static void leave_child(struct flash_port *port)
{
	pid_t child = fork();

	if (!child) {
		setsid();
		/* Who waits for the end of what the function says would wait for this one. */
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		for (;;)
			send_one(port);
	}
	say_ready(child);
}

static void flood(const char *monitor)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char nonsense[256];

	strncpy(address.sun_path, monitor, sizeof(address.sun_path) - 1);
	for (unsigned long count = 1;; count++) {
		int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

		for (size_t i = 0; i < sizeof(nonsense); i++)
			nonsense[i] = anything();
		connect(fd, (struct sockaddr *)&address, sizeof(address));
		send(fd, nonsense, sizeof(nonsense), MSG_NOSIGNAL);
		/* Some stay open. */
		if (count % 4)
			close(fd);
		if (count == 1000)
			say_ready(0);
	}
}

/* Never leaves the monitor without somebody who waits to be accepted. */
static void connect_on_and_on(const char *monitor)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strncpy(address.sun_path, monitor, sizeof(address.sun_path) - 1);
	for (unsigned long count = 1;; count++) {
		int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

		connect(fd, (struct sockaddr *)&address, sizeof(address));
		close(fd);
		if (count == 1000)
			say_ready(0);
	}
}

/* Nobody accepts what connects there, nor reads from it. */
static void listen_for_nothing(struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*address = (struct sockaddr_in) { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(fd, (struct sockaddr *)address, len) || listen(fd, 128) ||
	    getsockname(fd, (struct sockaddr *)address, &len)) {
		perror("hostile");
		exit(1);
	}
}

/* To close it takes ten minutes, if nobody else has it. */
static int open_lingering(const struct sockaddr_in *address)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 600 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char bytes[4096] = { };

	if (connect(fd, (const struct sockaddr *)address, sizeof(*address))) {
		perror("hostile");
		_exit(1);
	}
	while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return fd;
}

enum { most_lingering = 40 };

static void hand_over(int fd, const int *fds, int count)
{
	char control[CMSG_SPACE(sizeof(int) * most_lingering)] = { }, byte = 0;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = CMSG_SPACE(sizeof(int) * count) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int) * count);
	memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
	sendmsg(fd, &message, MSG_NOSIGNAL);
}

static void hand_over_lingering(const char *monitor, const struct sockaddr_in *to, int count)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fds[most_lingering], fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strncpy(address.sun_path, monitor, sizeof(address.sun_path) - 1);
	for (int i = 0; i < count; i++)
		fds[i] = open_lingering(to);
	connect(fd, (struct sockaddr *)&address, sizeof(address));
	/* More than the monitor hears: the others go with the connection. */
	for (int i = 0; i < 2; i++)
		hand_over(fd, fds, count);
}

/*
 * Many at once, and then one by one: all threads of the monitor would have such a socket to close. A process that ends
 * does not wait for its own ones.
 */
static void linger(const char *monitor)
{
	struct sockaddr_in to;

	listen_for_nothing(&to);
	for (int round = 0; round < 20; round++) {
		pid_t child = fork();

		if (!child) {
			hand_over_lingering(monitor, &to, round ? 1 : most_lingering);
			_exit(0);
		}
		waitpid(child, NULL, 0);
		usleep(50000);
	}
	say_ready(0);
}

int main(int argc, char **argv)
{
	struct flash_port *port;
	char why[200] = "";
	int err;

	if (argc != 5)
		return 2;
	err = flash_port__join(&port, &(struct flash_join_opts) { .monitor = argv[1], .chain = argv[2],
		.function = argv[3], .why = why, .why_len = sizeof(why), .wait_ms = 2000 });
	if (err) {
		fprintf(stderr, "hostile: %s: %s\n", strerror(-err), why);
		return 1;
	}
	if (!strcmp(argv[4], "scribble"))
		scribble(port);
	if (!strcmp(argv[4], "flood"))
		flood(argv[1]);
	if (!strcmp(argv[4], "connect"))
		connect_on_and_on(argv[1]);
	if (!strcmp(argv[4], "linger"))
		linger(argv[1]);
	if (!strcmp(argv[4], "resize"))
		resize(port);
	if (!strcmp(argv[4], "leave-child"))
		leave_child(port);
	for (;;)
		pause();
}
