// SPDX-License-Identifier: MIT
/* flash-nics: emulated network cards for QEMU. It wires what the command line says, and serves. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/control/control.h"
#include "core/options.h"
#include "core/testbed.h"

enum { EXIT_OK, EXIT_SYSTEM, EXIT_OPTIONS };

static struct options options;
static struct testbed testbed;
static struct control control;

/* One line, whatever it was. Return: @err. */
static int explain(const char *option, const char *text, int err)
{
	fprintf(stderr, "flash-nics: %s %s: %s\n", option, text,
		err == -EADDRINUSE ? "in use, a live process listens there" :
		err == -EEXIST ? "the file exists and is not a socket" : strerror(-err));
	return err;
}

static int ports__open(void)
{
	for (unsigned int i = 0; i < options.port_count; i++) {
		const struct port_option *port = &options.ports[i];
		int err = testbed__add_port(&testbed, port->model, port->mac, port->path);

		if (err)
			return explain("--port", port->text, err);
	}
	return 0;
}

static int wire__attach_other(struct wire *wire, const struct wire_option *option)
{
	switch (option->kind) {
	case WIRE_PORT:
		return wire_end__attach_port(wire, 1, &testbed.ports[option->peer].nic);
	case WIRE_TAP:
		return wire_end__attach_tap(wire, 1, option->name);
	case WIRE_UNIX:
		return wire_end__connect(wire, 1, option->name);
	default:
		return wire_end__listen(wire, 1, option->name);
	}
}

static int wires__open(void)
{
	for (unsigned int i = 0; i < options.wire_count; i++) {
		const struct wire_option *option = &options.wires[i];
		int err = testbed__add_wire(&testbed);

		if (!err)
			err = wire_end__attach_port(&testbed.wires[i], 0,
						    &testbed.ports[option->port].nic);
		if (!err)
			err = wire__attach_other(&testbed.wires[i], option);
		if (err)
			return explain("--wire", option->text, err);
	}
	return 0;
}

static void on_signal(struct loop_source *source, uint32_t events)
{
	(void)source;
	(void)events;
	testbed.quit = true;
}

/* SIGTERM and SIGINT end the loop instead of the process, so that the socket files are removed. */
static int signals__watch(struct loop_source *source)
{
	sigset_t signals;
	int err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL))
		return -errno;
	*source = (struct loop_source) {
		.fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK),
		.ready = on_signal,
	};
	err = source->fd < 0 ? -errno : loop__add(&testbed.loop, source, EPOLLIN);
	return err;
}

static int serve(void)
{
	int err = 0;

	puts("ready");
	fflush(stdout);
	while (!testbed.quit && !err)
		err = testbed__pass(&testbed, true);
	return err ? explain("serving", "ports", err) : 0;
}

static int run(void)
{
	struct loop_source signals = { .fd = -1 };
	int err;

	err = testbed__open(&testbed);
	if (err)
		return explain("starting", "the loop", err);
	err = signals__watch(&signals);
	if (err) {
		explain("watching", "signals", err);
		goto out_testbed;
	}
	err = control__open(&control, &testbed, options.control);
	if (err) {
		explain("--control", options.control, err);
		goto out_control;
	}
	err = ports__open();
	if (!err)
		err = wires__open();
	if (!err)
		err = serve();

out_control:
	control__close(&control);
	loop__drop(&testbed.loop, &signals);
out_testbed:
	testbed__close(&testbed);
	return err;
}

int main(int argc, char **argv)
{
	if (options__parse(&options, argc, argv))
		return EXIT_OPTIONS;
	if (options.help) {
		options__print_help();
		return EXIT_OK;
	}
	/* Timers of a card are microseconds; the default slack is fifty of them. */
	prctl(PR_SET_TIMERSLACK, 1);
	return run() ? EXIT_SYSTEM : EXIT_OK;
}
