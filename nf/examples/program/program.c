// SPDX-License-Identifier: MIT
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "program.h"

enum { batch = 64, mac_len = 6, attend_every_ns = 1000000 };

/* What is common has no characters. */
enum { device = 256, queue, xdp, chain, function, monitor, busy_us, swap_macs, replay };

static const struct option common[] = {
	{ "device", required_argument, NULL, device },
	{ "queue", required_argument, NULL, queue },
	{ "xdp", required_argument, NULL, xdp },
	{ "chain", required_argument, NULL, chain },
	{ "function", required_argument, NULL, function },
	{ "monitor", required_argument, NULL, monitor },
	{ "busy-us", required_argument, NULL, busy_us },
	{ "replay", required_argument, NULL, replay },
	{ "swap-macs", no_argument, NULL, swap_macs },	/* the last one: not everybody has it */
};
enum { common_count = sizeof(common) / sizeof(*common), most_options = 32 };

struct options {
	struct flash_port_opts port;
	struct flash_join_opts join;
	__u32 busy_us;
	__u32 replay_edges;
	bool swap_macs;
};

struct run {
	const struct program *program;
	void *state;
	struct flash_port *port;
	struct options options;
	__u64 dropped, attended_ns;
};

static volatile sig_atomic_t stop_wanted;

static void note_stop(int signal)
{
	(void)signal;
	stop_wanted = 1;
}

/* They arrive only when the loop lets them in, so that none is missed between a look and the sleep. */
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

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void swap_both(__u8 *packet, __u32 len)
{
	__u8 mac[mac_len];

	if (len < 2 * mac_len)
		return;
	memcpy(mac, packet, mac_len);
	memcpy(packet, packet + mac_len, mac_len);
	memcpy(packet + mac_len, mac, mac_len);
}

/* Returns how many came. There is room for them, so all that are not dropped are sent. */
static __u32 work(struct run *run)
{
	const struct program *program = run->program;
	struct flash_socket *socket = flash_port__socket(run->port);
	struct flash_packet packets[batch];
	__u32 room = flash_socket__tx_room(socket), edges = flash_port__edges(run->port), kept = 0;
	__u32 count = flash_socket__receive(socket, packets, room < batch ? room : batch);

	if (!count)
		return 0;
	if (program->begin)
		program->begin(run->state, now_ns(), edges);
	for (__u32 i = 0; i < count; i++) {
		packets[i].edge = 0;
		if (!program->handle(run->state, &packets[i])) {
			flash_frames__put(flash_port__frames(run->port), packets[i].addr);
			run->dropped++;
			continue;
		}
		if (run->options.swap_macs)
			swap_both(packets[i].data, packets[i].len);
		packets[kept++] = packets[i];
	}
	if (program->end)
		program->end(run->state);
	flash_socket__send(socket, packets, kept);
	return count;
}

static void let_signals_in(void)
{
	sigset_t none, blocked;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* What happens in wait(), of which there is none while packets come without a break. */
static int attend(struct run *run)
{
	__u64 now = now_ns();
	int err;

	if (now - run->attended_ns < attend_every_ns)
		return 0;
	run->attended_ns = now;
	let_signals_in();
	err = flash_port__wait(run->port, &(struct flash_wait_opts) { .timeout_ms = 0 });
	return err < 0 ? err : 0;
}

static int go_on(struct run *run)
{
	struct flash_wait_opts wait = { .busy_us = run->options.busy_us, .timeout_ms = -1 };
	struct flash_socket *socket = flash_port__socket(run->port);
	sigset_t none;

	sigemptyset(&none);
	wait.sigmask = &none;
	while (!stop_wanted) {
		int err;

		if (work(run)) {
			flash_socket__kick_tx(socket);
			flash_socket__recycle(socket);
			err = attend(run);
			if (err)
				return err;
			continue;
		}
		if (flash_port__leaving(run->port))
			break;
		err = flash_port__wait(run->port, &wait);
		if (err < 0 && err != -EINTR)
			return err;
	}
	/* What was taken in is sent; a chain that stands still is not waited for. */
	for (int i = 0; i < 1000 && flash_socket__tx_pending(socket); i++)
		flash_socket__wait(&socket, 1, &(struct flash_wait_opts) { .timeout_ms = 1 });
	return 0;
}

void program__count(const char *name, __u64 count)
{
	printf(",\"%s\":%llu", name, count);
}

static void report(const struct run *run)
{
	struct flash_stats stats;

	if (flash_socket__stats(flash_port__socket(run->port), &stats))
		return;
	printf("{\"received\":%llu,\"sent\":%llu,\"dropped\":%llu,\"full\":%llu,\"kicks\":%llu,"
	       "\"sleeps\":%llu,\"busyWaits\":%llu,\"held\":%lld,\"refused\":%llu,"
	       "\"rxDropped\":%llu",
	       stats.rx_packets, stats.tx_packets, run->dropped, stats.tx_full, stats.kicks,
	       stats.sleeps, stats.busy_waits, flash_frames__held(flash_port__frames(run->port)),
	       stats.kernel.tx_invalid_descs, stats.kernel.rx_dropped);
	if (run->program->report)
		run->program->report(run->state);
	puts("}");
	fflush(stdout);
}

static bool set_common(struct options *options, int option, const char *value)
{
	__u64 number = 0;
	bool fine = true;

	if (option == queue || option == busy_us || option == replay)
		fine = parse_number(value, option == replay, ~0u, &number);
	switch (option) {
	case device:
		options->port.ifname = value;
		break;
	case queue:
		options->port.queue = number;
		break;
	case xdp:
		options->port.xdp_object = value;
		break;
	case chain:
		options->join.chain = value;
		break;
	case function:
		options->join.function = value;
		break;
	case monitor:
		options->join.monitor = value;
		break;
	case busy_us:
		options->busy_us = number;
		break;
	case replay:
		options->replay_edges = number;
		break;
	case swap_macs:
		options->swap_macs = true;
		break;
	default:
		return false;
	}
	return fine;
}

static const char *parse(struct run *run, int argc, char **argv)
{
	const struct program *program = run->program;
	const struct options *options = &run->options;
	struct option known[common_count + most_options + 1] = { };
	__u32 count = program->passes_on ? common_count : common_count - 1;
	static char why[200];
	int option, index;

	memcpy(known, common, count * sizeof(*known));
	for (__u32 i = 0; program->options && program->options[i].name; i++)
		known[count++] = program->options[i];
	while ((option = getopt_long(argc, argv, "", known, &index)) != -1) {
		if (option == '?')
			return "";
		if (option >= device ? set_common(&run->options, option, optarg) :
				       program->set(run->state, option, optarg))
			continue;
		snprintf(why, sizeof(why), "--%s cannot be %s", known[index].name, optarg);
		return why;
	}
	if (optind != argc || (options->port.ifname != NULL) + (options->join.function != NULL) +
				      (options->replay_edges > 0) != 1)
		return "say either a device, or a chain and a function";
	return program->check ? program->check(run->state) : NULL;
}

static int usage(const struct program *program, const char *why)
{
	if (*why)
		fprintf(stderr, "%s: %s\n", program->name, why);
	fprintf(stderr, "usage: %s --device NAME [--queue N] --xdp OBJECT | --chain NAME --function NAME "
			"[--monitor PATH]\n\t[--busy-us N]%s%s%s\n",
		program->name, program->passes_on ? " [--swap-macs]" : "",
		*program->usage ? " " : "", program->usage);
	return 2;
}

int program__main(const struct program *program, void *state, int argc, char **argv)
{
	struct run run = { .program = program, .state = state };
	char why[200] = "";
	const char *wrong;
	int err;

	run.options.port.queue_wait_ms = 2000;
	run.options.join = (struct flash_join_opts) {
		.why = why, .why_len = sizeof(why), .wait_ms = 2000 };
	wrong = parse(&run, argc, argv);
	if (wrong)
		return usage(program, wrong);
	if (run.options.replay_edges)
		return program__replay(program, state, run.options.replay_edges);
	expect_signals();
	if (run.options.port.ifname)
		err = flash_port__open(&run.port, &run.options.port);
	else
		err = flash_port__join(&run.port, &run.options.join);
	if (err) {
		fprintf(stderr, "%s: %s%s%s\n", program->name, strerror(-err), *why ? ": " : "", why);
		return 1;
	}
	program__set_frame_size(flash_umem__frame_size(flash_port__umem(run.port)));
	puts("ready");
	fflush(stdout);
	err = go_on(&run);
	report(&run);
	flash_port__close(run.port);
	if (err)
		fprintf(stderr, "%s: %s\n", program->name, strerror(-err));
	return err ? 1 : 0;
}
