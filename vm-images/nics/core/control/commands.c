// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/testbed.h"
#include "commands.h"
#include "testbed_json.h"

#define WORDS_MAX 4
#define DELAY_MAX_US UINT64_C(10000000)
#define PATIENCE_MAX_US UINT64_C(1000000000)

struct command {
	const char *name;
	unsigned int words;		/* this one too */
	const char *usage;
	/* Writes what follows "ok":true. Return: false, and *error says why: nothing is written. */
	bool (*run)(struct testbed *testbed, char **words, FILE *out, const char **error);
};

static bool number__parse(const char *text, uint64_t limit, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end && *value <= limit;
}

static bool ports__run(struct testbed *testbed, char **words, FILE *out, const char **error)
{
	(void)words;
	(void)error;
	testbed_json__ports(testbed, out);
	return true;
}

static bool wires__run(struct testbed *testbed, char **words, FILE *out, const char **error)
{
	(void)words;
	(void)error;
	testbed_json__wires(testbed, out);
	return true;
}

static bool counters__run(struct testbed *testbed, char **words, FILE *out, const char **error)
{
	uint64_t port;

	if (!testbed->port_count || !number__parse(words[1], testbed->port_count - 1, &port)) {
		*error = "there is no such port";
		return false;
	}
	testbed_json__counters(testbed, port, out);
	return true;
}

static bool wire__parse(struct testbed *testbed, const char *word, uint64_t *wire,
			const char **error)
{
	if (testbed->wire_count && number__parse(word, testbed->wire_count - 1, wire))
		return true;
	*error = "there is no such wire";
	return false;
}

/* Return: whether @what, with its number, is something that can be done to a wire. */
static bool faults__parse(struct wire_faults *faults, const char *what, const char *number)
{
	uint64_t value;

	if (!number) {
		if (!strcmp(what, "up") || !strcmp(what, "down"))
			faults->down = *what == 'd';
		else if (!strcmp(what, "hold") || !strcmp(what, "go"))
			faults->hold = *what == 'h';
		else
			return false;
		return true;
	}
	if (!strcmp(what, "drop") && number__parse(number, UINT32_MAX, &value))
		faults->drop_every = value;
	else if (!strcmp(what, "delay") && number__parse(number, DELAY_MAX_US, &value))
		faults->delay_ns = value * 1000;
	else if (!strcmp(what, "patience") && number__parse(number, PATIENCE_MAX_US, &value))
		faults->patience_ns = value * 1000;
	else
		return false;
	return true;
}

static bool wire__run(struct testbed *testbed, char **words, FILE *out, const char **error)
{
	struct wire_faults faults;
	uint64_t wire;

	if (!wire__parse(testbed, words[1], &wire, error))
		return false;
	if (words[2] && !words[3] && !strcmp(words[2], "counters")) {
		testbed_json__wire_counters(testbed, wire, out);
		return true;
	}
	faults = testbed->wires[wire].faults;
	if (!words[2] || !faults__parse(&faults, words[2], words[3])) {
		*error = "a wire takes: counters, up, down, hold, go, drop K, "
			 "delay US (at most 10000000), patience US (at most 1000000000)";
		return false;
	}
	wire__set_faults(&testbed->wires[wire], &faults);
	fputs(",\"wire\":", out);
	testbed_json__wire(testbed, wire, out);
	return true;
}

static bool quit__run(struct testbed *testbed, char **words, FILE *out, const char **error)
{
	(void)words;
	(void)out;
	(void)error;
	testbed->quit = true;
	return true;
}

static const struct command commands[] = {
	{ "ports", 1, "ports", ports__run },
	{ "counters", 2, "counters PORT", counters__run },
	{ "wires", 1, "wires", wires__run },
	{ "wire", 0, "wire WIRE WHAT [NUMBER]", wire__run },
	{ "quit", 1, "quit", quit__run },
};

void commands__refuse(char **reply, size_t *bytes, const char *error)
{
	FILE *out = open_memstream(reply, bytes);

	if (!out) {
		*reply = NULL;
		return;
	}
	fputs("{\"ok\":false,\"error\":", out);
	json__string(out, error);
	fputs("}\n", out);
	fclose(out);
}

/* Return: how many words there are, of which at most WORDS_MAX are kept; the rest is NULL. */
static unsigned int line__split(char *line, char **words)
{
	unsigned int count = 0;
	char *rest;

	for (char *word = strtok_r(line, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (count < WORDS_MAX)
			words[count] = word;
		count++;
	}
	return count;
}

static const struct command *commands__find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (name && !strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

void commands__run(struct testbed *testbed, char *line, char **reply, size_t *bytes)
{
	char *words[WORDS_MAX] = {};
	unsigned int count = line__split(line, words);
	const struct command *command = commands__find(words[0]);
	const char *error = NULL;
	char text[64];
	FILE *out;

	if (!command) {
		commands__refuse(reply, bytes, "unknown command; there are: ports, counters, "
				 "wires, wire, quit");
		return;
	}
	if (count > WORDS_MAX || (command->words ? count != command->words : count < 2)) {
		snprintf(text, sizeof(text), "usage: %s", command->usage);
		commands__refuse(reply, bytes, text);
		return;
	}
	out = open_memstream(reply, bytes);
	if (!out) {
		*reply = NULL;
		return;
	}
	fputs("{\"ok\":true", out);
	if (command->run(testbed, words, out, &error))
		fputs("}\n", out);
	fclose(out);
	if (error) {
		free(*reply);
		commands__refuse(reply, bytes, error);
	}
}
