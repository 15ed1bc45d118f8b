// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models.h"
#include "options.h"

void options__print_help(void)
{
	printf("usage: flash-nics --control PATH --port MODEL:PATH[:MAC] ... [--wire A-END ...]\n"
	       "\n"
	       "Plays network cards to QEMU over vfio-user. Prints \"ready\" once sockets listen.\n"
	       "\n"
	       "  --control PATH        Unix socket for commands, a line each\n"
	       "  --port MODEL:PATH[:MAC]\n"
	       "                        a card, and the socket that QEMU's vfio-user-pci opens\n"
	       "  --wire A-B            joins two ports, numbered from 0 as given\n"
	       "  --wire A-tap:NAME     joins a port and a TAP device\n"
	       "  --wire A-unix:PATH    joins a port and a SOCK_SEQPACKET socket that listens\n"
	       "  --wire A-listen:PATH  the same, the other process connects\n"
	       "  --help\n"
	       "\n"
	       "exit codes: 0 ended by \"quit\", SIGTERM or SIGINT; 1 the system refused\n"
	       "something; 2 bad options\n"
	       "\n"
	       "models:");
	for (unsigned int i = 0; models__at(i); i++)
		printf(" %s (%s)", models__at(i)->name, models__at(i)->title);
	printf("\n");
}

static int refuse(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("flash-nics: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	return -EINVAL;
}

/* Cuts ":02:00:00:00:00:01" off the end of @text. Return: whether it was there. */
static bool mac__cut(char *text, uint8_t *mac)
{
	const size_t length = strlen(":02:00:00:00:00:01");
	char *at = text + strlen(text) - length;
	int used = 0;

	if (strlen(text) <= length || *at != ':' ||
	    sscanf(at, ":%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2], &mac[3],
		   &mac[4], &mac[5], &used) != 6 || (size_t)used != length)
		return false;
	*at = '\0';
	return true;
}

static int port_option__parse(struct options *options, char *text)
{
	struct port_option *port = &options->ports[options->port_count];
	char *colon = strchr(text, ':');

	if (options->port_count == TESTBED_MAX)
		return refuse("--port %s: more than %d ports", text, TESTBED_MAX);
	port->text = strdup(text);
	if (!port->text)
		return refuse("no memory");
	if (!colon || !colon[1])
		return refuse("--port %s: not MODEL:PATH[:MAC]", text);
	*colon = '\0';
	port->path = colon + 1;
	port->model = models__find(text);
	if (!port->model)
		return refuse("--port %s: there is no model \"%s\" (see --help)", port->text, text);
	/* Locally administered, and different for each port of this process. */
	memcpy(port->mac, (uint8_t[]) { 0x02, 0xf1, 0xa5, 0x00, 0x00, options->port_count + 1 }, 6);
	mac__cut(colon + 1, port->mac);
	if (port->mac[0] & 1)
		return refuse("--port %s: a multicast address cannot be a port's own", port->text);
	options->port_count++;
	return 0;
}

/* Return: what follows the number, NULL: there is none below TESTBED_MAX. */
static char *port_number__parse(char *text, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return NULL;
	value = strtoul(text, &end, 10);
	*number = value;
	return value < TESTBED_MAX ? end : NULL;
}

static int wire_option__parse(struct options *options, char *text)
{
	static const struct { const char *prefix; enum wire_end_kind kind; } ends[] = {
		{ "tap:", WIRE_TAP }, { "unix:", WIRE_UNIX }, { "listen:", WIRE_LISTEN },
	};
	struct wire_option *wire = &options->wires[options->wire_count];
	char *rest;

	if (options->wire_count == TESTBED_MAX)
		return refuse("--wire %s: more than %d wires", text, TESTBED_MAX);
	*wire = (struct wire_option) { .text = text };
	rest = port_number__parse(text, &wire->port);
	if (!rest || *rest++ != '-')
		return refuse("--wire %s: not PORT-END", text);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t length = strlen(ends[i].prefix);

		if (!strncmp(rest, ends[i].prefix, length) && rest[length]) {
			wire->kind = ends[i].kind;
			wire->name = rest + length;
		}
	}
	if (!wire->name) {
		rest = port_number__parse(rest, &wire->peer);
		if (!rest || *rest)
			return refuse("--wire %s: the other end is not a port, tap:NAME, unix:PATH "
				      "or listen:PATH", text);
		wire->kind = WIRE_PORT;
	}
	options->wire_count++;
	return 0;
}

/* Wires may be given before ports, so what they join is looked at last. */
static int options__check(const struct options *options)
{
	bool wired[TESTBED_MAX] = {};

	if (!options->control)
		return refuse("--control PATH is missing (see --help)");
	if (!options->port_count)
		return refuse("--port MODEL:PATH is missing (see --help)");
	for (unsigned int i = 0; i < options->wire_count; i++) {
		const struct wire_option *wire = &options->wires[i];
		bool joins_port = wire->kind == WIRE_PORT;

		if (wire->port >= options->port_count ||
		    (joins_port && wire->peer >= options->port_count))
			return refuse("--wire %s: there are ports 0 to %u only", wire->text,
				      options->port_count - 1);
		if (wired[wire->port] || (joins_port && (wired[wire->peer] ||
							 wire->peer == wire->port)))
			return refuse("--wire %s: a port has one wire, to somewhere else",
				      wire->text);
		wired[wire->port] = true;
		if (joins_port)
			wired[wire->peer] = true;
	}
	return 0;
}

int options__parse(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "control", required_argument, NULL, 'c' },
		{ "port", required_argument, NULL, 'p' },
		{ "wire", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	int option, err = 0;

	*options = (struct options) {};
	opterr = 0;
	while (!err && (option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->control = optarg;
			break;
		case 'p':
			err = port_option__parse(options, optarg);
			break;
		case 'w':
			err = wire_option__parse(options, optarg);
			break;
		case 'h':
			options->help = true;
			return 0;
		default:
			return refuse("%s: not an option, or it lacks its value (see --help)",
				      argv[optind - 1]);
		}
	}
	if (err)
		return err;
	if (optind < argc)
		return refuse("%s: not an option (see --help)", argv[optind]);
	return options__check(options);
}
