// SPDX-License-Identifier: MIT
/* Ports that a program opens itself, and what becomes of one that the monitor does not give. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flash_nf.h"
#include "xsk_tests.h"

enum { packet_len = 64, packet_count = 100 };

static struct flash_port *open_port(const char *ifname)
{
	struct flash_port *port;

	expect(flash_port__open(&port, &(struct flash_port_opts) {
		.ifname = ifname,
		.frame_count = 256,
		.ring_size = 64,
		.mode = FLASH_MODE_COPY,
		.queue_wait_ms = deadline_ms,
		.xdp_object = given.object,
	}), 0);
	return port;
}

static void ports_exchange_packets(void)
{
	struct flash_port *a = open_port(given.a), *b = open_port(given.b);
	struct flash_wait_opts wait = { .timeout_ms = deadline_ms };
	struct flash_packet packet;

	expect(flash_port__edges(a), 1);
	expect(flash_port__leaving(a), false);
	expect(flash_port__monitored(a), false);
	for (int i = 0; i < packet_count; i++) {
		flash_socket__reclaim(flash_port__socket(a), 64);
		expect(flash_frames__take(flash_port__frames(a), &packet, 1), 1);
		packet.len = packet_len;
		memset(packet.data, i, packet_len);
		expect(flash_socket__send(flash_port__socket(a), &packet, 1), 1);
		expect(flash_socket__kick_tx(flash_port__socket(a)), 0);
		expect(flash_port__wait(b, &wait), 1);
		expect(flash_socket__receive(flash_port__socket(b), &packet, 1), 1);
		expect(*(unsigned char *)packet.data, i);
		flash_frames__put(flash_port__frames(b), packet.addr);
	}
	flash_port__close(a);
	flash_port__close(b);
	flash_port__close(NULL);
}

static void bad_ports_are_refused(void)
{
	struct flash_port *port;

	expect(flash_port__open(&port, &(struct flash_port_opts) { .ifname = "nowhere" }), -ENODEV);
	expect(port == NULL, true);
	expect(flash_port__open(&port, &(struct flash_port_opts) { .ifname = given.a,
		.xdp_object = given.object, .xskmap = "/nowhere" }), -EINVAL);
	expect(flash_port__open(&port, &(struct flash_port_opts) { .ifname = given.a,
		.queue_wait_ms = deadline_ms, .xskmap = "/nowhere" }), -ENOENT);
}

struct answer {
	const void *data;
	size_t len;
};

/* A monitor that says one thing to each of so many who come, and ends. */
static pid_t start_monitor(const char *path, const struct answer *answers, int count)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char said[128];
	pid_t child;

	strcpy(address.sun_path, path);
	expect(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	expect(listen(fd, 1), 0);
	child = fork();
	if (!child) {
		for (int i = 0; i < count; i++) {
			int peer = accept(fd, NULL, NULL);

			expect(recv(peer, said, sizeof(said), 0), 72);
			if (answers[i].len)
				expect(send(peer, answers[i].data, answers[i].len, 0), answers[i].len);
			close(peer);
		}
		_exit(0);
	}
	close(fd);
	return child;
}

static int join_after(const struct answer *answers, int count, struct flash_join_opts opts)
{
	char dir[] = "/tmp/flash-nf-XXXXXX", path[64];
	struct flash_port *port;
	int err, status;
	pid_t child;

	expect(mkdtemp(dir) != NULL, true);
	snprintf(path, sizeof(path), "%s/sock", dir);
	child = start_monitor(path, answers, count);
	opts.monitor = path;
	opts.chain = "web";
	opts.function = "firewall";
	err = flash_port__join(&port, &opts);
	expect(port == NULL, true);
	expect(waitpid(child, &status, 0), child);
	expect(status, 0);
	unlink(path);
	rmdir(dir);
	return err;
}

static int join_with(struct answer answer, char *why, size_t why_len)
{
	return join_after(&answer, 1, (struct flash_join_opts) { .why = why, .why_len = why_len });
}

static void busy_queue_is_waited_for(void)
{
	static const char later[212] = { 1, 0, 0, 0, 3, 0, 0, 0, EAGAIN };
	static const char no[212] = { 1, 0, 0, 0, 3, 0, 0, 0, ENOENT };
	static const struct answer answers[] = { { later, sizeof(later) }, { later, sizeof(later) },
						 { no, sizeof(no) } };

	expect(join_after(answers, 3, (struct flash_join_opts) { .wait_ms = deadline_ms }), -ENOENT);
	expect(join_after(answers, 1, (struct flash_join_opts) { }), -EAGAIN);
}

static void refusal_is_passed_on(void)
{
	static const char reason[] = "no such function";
	char answer[212] = { 1, 0, 0, 0, 3, 0, 0, 0, ENOENT }, why[8];

	memcpy(answer + 12, reason, sizeof(reason));
	expect(join_with((struct answer) { answer, sizeof(answer) }, why, sizeof(why)), -ENOENT);
	expect(strcmp(why, "no such"), 0);

	/* Text to the last byte, and no error. */
	memset(answer + 8, 0, 4);
	memset(answer + 12, 'x', 200);
	expect(join_with((struct answer) { answer, sizeof(answer) }, why, sizeof(why)), -EPROTO);
	expect(strcmp(why, "xxxxxxx"), 0);
}

static void nonsense_is_no_port(void)
{
	static const char other_version[44] = { 2, 0, 0, 0, 2 }, no_fds[44] = { 1, 0, 0, 0, 2 };

	expect(join_with((struct answer) { }, NULL, 0), -ECONNRESET);
	expect(join_with((struct answer) { "x", 1 }, NULL, 0), -EPROTO);
	expect(join_with((struct answer) { other_version, 44 }, NULL, 0), -EPROTO);
	expect(join_with((struct answer) { no_fds, 44 }, NULL, 0), -EPROTO);
	expect(join_with((struct answer) { no_fds, 43 }, NULL, 0), -EPROTO);
}

static void names_are_checked(void)
{
	static const char longest[] = "0123456789012345678901234567890", too_long[] =
		"01234567890123456789012345678901";
	struct flash_join_opts opts = { .monitor = "/nowhere", .chain = longest, .function = longest };
	struct flash_port *port;

	expect(flash_port__join(&port, &opts), -ENOENT);
	opts.function = too_long;
	expect(flash_port__join(&port, &opts), -ENAMETOOLONG);
	opts.function = NULL;
	expect(flash_port__join(&port, &opts), -EINVAL);
	opts.function = "";
	expect(flash_port__join(&port, &opts), -EINVAL);
}

const struct xsk_test port_tests[] = {
	{ "ports that programs open themselves exchange packets", ports_exchange_packets },
	{ "a port without device or map is not opened", bad_ports_are_refused },
	{ "who is refused by the monitor is told why", refusal_is_passed_on },
	{ "who is to ask the monitor again does so for as long as it wants", busy_queue_is_waited_for },
	{ "a monitor that talks nonsense gives no port", nonsense_is_no_port },
	{ "names of functions have 31 bytes at most", names_are_checked },
	{ },
};
