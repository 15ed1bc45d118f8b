// SPDX-License-Identifier: MIT
/* Forwards packets: see README.md. */
#include <errno.h>
#include <flash_nf.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { batch = 64, mac_len = 6 };

struct options {
	struct flash_port_opts port;
	struct flash_join_opts join;
	__u32 busy_us;
	bool swap_macs;
};

static volatile sig_atomic_t stop_wanted;

static void note_stop(int signal)
{
	(void)signal;
	stop_wanted = 1;
}

/* They arrive only in wait(), so that none is missed between a look and the sleep. */
static void expect_signals(void)
{
	struct sigaction action = { .sa_handler = note_stop };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
}

static void swap_macs(unsigned char *packet, __u32 len)
{
	unsigned char mac[mac_len];

	if (len < 2 * mac_len)
		return;
	memcpy(mac, packet, mac_len);
	memcpy(packet, packet + mac_len, mac_len);
	memcpy(packet + mac_len, mac, mac_len);
}

/* Where there are several targets, the last byte of the destination chooses. */
static __u32 choose_edge(const unsigned char *packet, __u32 len, __u32 edges)
{
	return len < mac_len || edges < 2 ? 0 : packet[mac_len - 1] % edges;
}

/* Returns how many came. There is room for them, so all are sent. */
static __u32 forward(struct flash_port *port, bool swap)
{
	struct flash_socket *socket = flash_port__socket(port);
	__u32 room = flash_socket__tx_room(socket), edges = flash_port__edges(port);
	struct flash_packet packets[batch];
	__u32 count = flash_socket__receive(socket, packets, room < batch ? room : batch);

	for (__u32 i = 0; i < count; i++) {
		if (swap)
			swap_macs(packets[i].data, packets[i].len);
		packets[i].edge = choose_edge(packets[i].data, packets[i].len, edges);
	}
	flash_socket__send(socket, packets, count);
	return count;
}

static int run(struct flash_port *port, const struct options *options)
{
	struct flash_wait_opts wait = { .busy_us = options->busy_us, .timeout_ms = -1 };
	struct flash_socket *socket = flash_port__socket(port);
	sigset_t none;

	sigemptyset(&none);
	wait.sigmask = &none;
	while (!stop_wanted) {
		int err;

		if (forward(port, options->swap_macs)) {
			flash_socket__kick_tx(socket);
			flash_socket__recycle(socket);
			continue;
		}
		if (flash_port__leaving(port))
			break;
		err = flash_port__wait(port, &wait);
		if (err < 0 && err != -EINTR)
			return err;
	}
	/* What was taken in is sent; a chain that stands still is not waited for. */
	for (int i = 0; i < 1000 && flash_socket__tx_pending(socket); i++)
		flash_socket__wait(&socket, 1, &(struct flash_wait_opts) { .timeout_ms = 1 });
	return 0;
}

static void report(const struct flash_port *port)
{
	struct flash_stats stats;

	if (flash_socket__stats(flash_port__socket(port), &stats))
		return;
	printf("{\"received\":%llu,\"sent\":%llu,\"full\":%llu,\"kicks\":%llu,\"sleeps\":%llu,"
	       "\"busyWaits\":%llu,\"held\":%lld,\"refused\":%llu}\n",
	       stats.rx_packets, stats.tx_packets, stats.tx_full, stats.kicks, stats.sleeps,
	       stats.busy_waits, flash_frames__held(flash_port__frames(port)),
	       stats.kernel.tx_invalid_descs);
	fflush(stdout);
}

static int parse(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "queue", required_argument, NULL, 'q' },
		{ "xdp", required_argument, NULL, 'x' },
		{ "chain", required_argument, NULL, 'c' },
		{ "function", required_argument, NULL, 'f' },
		{ "monitor", required_argument, NULL, 'm' },
		{ "busy-us", required_argument, NULL, 'b' },
		{ "swap-macs", no_argument, NULL, 's' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'd':
			options->port.ifname = optarg;
			break;
		case 'q':
			options->port.queue = atoi(optarg);
			break;
		case 'x':
			options->port.xdp_object = optarg;
			break;
		case 'c':
			options->join.chain = optarg;
			break;
		case 'f':
			options->join.function = optarg;
			break;
		case 'm':
			options->join.monitor = optarg;
			break;
		case 'b':
			options->busy_us = atoi(optarg);
			break;
		case 's':
			options->swap_macs = true;
			break;
		default:
			return -EINVAL;
		}
	}
	return optind == argc && !options->port.ifname != !options->join.function ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
	struct options options = { .port.queue_wait_ms = 2000, .join.wait_ms = 2000 };
	struct flash_port *port;
	char why[200] = "";
	int err;

	if (parse(&options, argc, argv)) {
		fprintf(stderr,
			"usage: %s --device NAME [--queue N] --xdp OBJECT | --chain NAME --function NAME "
			"[--monitor PATH]\n\t[--swap-macs] [--busy-us N]\n", argv[0]);
		return 2;
	}
	expect_signals();
	options.join.why = why;
	options.join.why_len = sizeof(why);
	if (options.port.ifname)
		err = flash_port__open(&port, &options.port);
	else
		err = flash_port__join(&port, &options.join);
	if (err) {
		fprintf(stderr, "l2fwd: %s%s%s\n", strerror(-err), *why ? ": " : "", why);
		return 1;
	}
	puts("ready");
	fflush(stdout);
	err = run(port, &options);
	report(port);
	flash_port__close(port);
	if (err)
		fprintf(stderr, "l2fwd: %s\n", strerror(-err));
	return err ? 1 : 0;
}
