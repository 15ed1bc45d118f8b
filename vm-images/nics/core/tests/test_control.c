// SPDX-License-Identifier: MIT
#include "cases.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/control/commands.h"
#include "core/control/control.h"
#include "core/protocol/regions.h"
#include "core/testbed.h"
#include "core/unix_socket.h"

#define PATH "test_control.sock"
#define OK_WIRE "{\"ok\":true,\"wire\":{\"wire\":0,"
#define REFUSED "{\"ok\":false,\"error\":\""

static struct testbed testbed;
static struct control control;

static void run(void)
{
	for (unsigned int i = 0; i < 20; i++)
		assert_int_equal(testbed__pass(&testbed, false), 0);
}

static int control__connect(void)
{
	int fd = unix_socket__connect(PATH, SOCK_STREAM);

	assert_true(fd >= 0);
	run();
	return fd;
}

/* Sends text as it is; returns what came back, NULL: the connection was closed and nothing came. */
static const char *ask(int fd, const char *text)
{
	static char reply[8192];
	ssize_t bytes;

	send(fd, text, strlen(text), MSG_NOSIGNAL);
	run();
	bytes = recv(fd, reply, sizeof(reply) - 1, 0);
	if (!bytes)
		return NULL;
	reply[bytes < 0 ? 0 : bytes] = '\0';
	return reply;
}

static void ports_and_wires_are_listed(void **state)
{
	int fd = control__connect();

	(void)state;
	assert_string_equal(ask(fd, "ports\n"),
		"{\"ok\":true,\"ports\":["
		"{\"port\":0,\"model\":\"echo\",\"title\":\"test card\",\"socket\":\"\","
		"\"mac\":\"02:00:00:0a:0b:00\",\"connected\":false,\"link\":true,\"wire\":0},"
		"{\"port\":1,\"model\":\"echo\",\"title\":\"test card\",\"socket\":\"\","
		"\"mac\":\"02:00:00:0a:0b:01\",\"connected\":false,\"link\":true,\"wire\":0},"
		"{\"port\":2,\"model\":\"echo\",\"title\":\"test card\",\"socket\":\"\","
		"\"mac\":\"02:00:00:0a:0b:02\",\"connected\":false,\"link\":false,"
		"\"wire\":null}]}\n");
	assert_string_equal(ask(fd, "wires\n"),
		"{\"ok\":true,\"wires\":[{\"wire\":0,\"ends\":[\"port:0\",\"port:1\"],"
		"\"link\":true,\"down\":false,\"hold\":false,\"dropEvery\":0,\"delayUs\":0,"
		"\"patienceUs\":20000}]}\n");
	close(fd);
}

static void counters_are_those_of_the_wire_and_of_the_model(void **state)
{
	int fd = control__connect();

	(void)state;
	nic__transmit(&testbed.ports[0].nic, PATH PATH, 20);
	wire__set_faults(&testbed.wires[0], &(struct wire_faults) { .hold = true });
	assert_string_equal(ask(fd, "wire 0 counters\n"),
		"{\"ok\":true,\"wire\":0,\"frames\":[0,0],\"bytes\":[0,0],\"dropped\":[0,0],"
		"\"missed\":[0,0],\"waiting\":[1,0]}\n");
	region__write(&testbed.ports[1].nic, 0, ECHO_RX_ROOM, "\0\1", 2);
	wire__set_faults(&testbed.wires[0], &(struct wire_faults) {});
	run();
	assert_string_equal(ask(fd, "wire 0 counters\n"),
		"{\"ok\":true,\"wire\":0,\"frames\":[1,0],\"bytes\":[20,0],\"dropped\":[0,0],"
		"\"missed\":[0,0],\"waiting\":[0,0]}\n");
	assert_non_null(strstr(ask(fd, "counters 1\n"),
		"{\"ok\":true,\"port\":1,\"counters\":{\"sent\":0,\"received\":1,\"missed\":0,"
		"\"failed\":1},\"core\":{\"interrupts\":0,\"interruptsLost\":"));
	assert_non_null(strstr(ask(fd, "counters 1\n"), "\"dmaRefused\":1,\"resets\":1,"));
	close(fd);
}

static void a_wire_is_told_what_to_do(void **state)
{
	static const struct { const char *line, *part; } rows[] = {
		{ "wire 0 down\n", "\"link\":false,\"down\":true" },
		{ "wire 0 up\n", "\"link\":true,\"down\":false" },
		{ "wire 0 hold\n", "\"hold\":true" },
		{ "wire 0 drop 7\n", "\"hold\":true,\"dropEvery\":7,\"delayUs\":0" },
		{ "wire 0 delay 10000000\n", "\"dropEvery\":7,\"delayUs\":10000000" },
		{ "  wire\t0  go \n", "\"hold\":false" },
		{ "wire 0 patience 0\n", "\"patienceUs\":0}" },
		{ "wire 0 patience 1500\r\n", "\"patienceUs\":1500}" },
	};
	int fd = control__connect();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *reply = ask(fd, rows[i].line);

		if (strncmp(reply, OK_WIRE, strlen(OK_WIRE)) || !strstr(reply, rows[i].part))
			fail_msg("%s: %s", rows[i].line, reply);
	}
	assert_int_equal(testbed.wires[0].faults.drop_every, 7);
	assert_int_equal(testbed.wires[0].faults.delay_ns, 10000000000);
	assert_int_equal(testbed.wires[0].faults.patience_ns, 1500000);
	close(fd);
}

static void bad_commands_say_what_is_wrong(void **state)
{
	static const struct { const char *line, *part; } rows[] = {
		{ "\n", "unknown command; there are: ports" },
		{ "   \n", "unknown command" },
		{ "port\n", "unknown command" },
		{ "ports 1\n", "usage: ports" },
		{ "counters\n", "usage: counters PORT" },
		{ "counters 3\n", "there is no such port" },
		{ "counters -1\n", "there is no such port" },
		{ "counters +0\n", "there is no such port" },
		{ "counters 0x0\n", "there is no such port" },
		{ "counters 99999999999999999999\n", "there is no such port" },
		{ "counters 0 0\n", "usage: counters PORT" },
		{ "wire 1 counters\n", "there is no such wire" },
		{ "wire 0 counters 0\n", "a wire takes" },
		{ "wire\n", "usage: wire" },
		{ "wire 0\n", "a wire takes" },
		{ "wire 1 up\n", "there is no such wire" },
		{ "wire 0 sideways\n", "a wire takes" },
		{ "wire 0 up 1\n", "a wire takes" },
		{ "wire 0 drop\n", "a wire takes" },
		{ "wire 0 drop x\n", "a wire takes" },
		{ "wire 0 drop -1\n", "a wire takes" },
		{ "wire 0 drop 4294967296\n", "a wire takes" },
		{ "wire 0 delay 10000001\n", "a wire takes" },
		{ "wire 0 delay 1 1\n", "usage: wire" },
		{ "quit now\n", "usage: quit" },
	};
	int fd = control__connect();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *reply = ask(fd, rows[i].line);

		if (strncmp(reply, REFUSED, strlen(REFUSED)) || !strstr(reply, rows[i].part) ||
		    reply[strlen(reply) - 1] != '\n')
			fail_msg("%s: %s", rows[i].line, reply);
	}
	assert_false(testbed.quit);
	assert_false(testbed.wires[0].faults.down);
	close(fd);
}

static void commands_come_in_pieces_and_ahead(void **state)
{
	int fd = control__connect();
	const char *replies;

	(void)state;
	assert_string_equal(ask(fd, "coun"), "");
	assert_string_equal(ask(fd, "ters 9"), "");
	assert_non_null(strstr(ask(fd, "\ncoun"), "no such port"));
	replies = ask(fd, "ters 8\nfoo\nwires\n");
	assert_non_null(strstr(replies, "no such port\"}\n{\"ok\":false,\"error\":\"unknown"));
	assert_non_null(strstr(replies, "}\n{\"ok\":true,\"wires\""));
	close(fd);
}

static void a_line_without_end_ends_the_connection(void **state)
{
	int fd = control__connect();
	char text[CONTROL_LINE + 1];

	(void)state;
	memset(text, 'x', CONTROL_LINE);
	text[CONTROL_LINE] = '\0';
	assert_string_equal(ask(fd, text), "{\"ok\":false,\"error\":\"a line is too long\"}\n");
	assert_null(ask(fd, "ports\n"));
	close(fd);
}

static void texts_are_quoted(void **state)
{
	char *reply;
	size_t bytes;

	(void)state;
	commands__refuse(&reply, &bytes, "a \"b\" \\ \n \x01");
	assert_string_equal(reply, REFUSED "a \\\"b\\\" \\\\ \\u000a \\u0001\"}\n");
	free(reply);
}

static void several_clients_have_their_own_lines(void **state)
{
	int fds[CONTROL_CLIENTS + 1];

	(void)state;
	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		fds[i] = control__connect();
		assert_string_equal(ask(fds[i], "wire "), "");
	}
	fds[CONTROL_CLIENTS] = control__connect();
	assert_null(ask(fds[CONTROL_CLIENTS], "ports\n"));
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		assert_non_null(strstr(ask(fds[i], "0 counters\n"), "\"ok\":true,\"wire\":0"));
	close(fds[CONTROL_CLIENTS]);

	/* Who leaves makes room, and leaves no half of a line. */
	assert_string_equal(ask(fds[0], "wi"), "");
	close(fds[0]);
	run();
	fds[0] = control__connect();
	assert_non_null(strstr(ask(fds[0], "wire 0 counters\n"), "\"ok\":true"));
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		close(fds[i]);
}

static void a_client_that_does_not_read_is_waited_for(void **state)
{
	int fd = control__connect(), other = control__connect();
	unsigned int lines = 0, sent = 0;
	char reply[8192];
	ssize_t bytes;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		sent += send(fd, "ports\n", 6, MSG_NOSIGNAL) == 6;
		assert_int_equal(testbed__pass(&testbed, false), 0);
	}
	assert_true(sent < 20000);
	assert_non_null(strstr(ask(other, "wires\n"), "\"ok\":true"));
	while (run(), (bytes = recv(fd, reply, sizeof(reply), 0)) > 0) {
		for (ssize_t i = 0; i < bytes; i++)
			lines += reply[i] == '\n';
	}
	assert_int_equal(lines, sent);
	close(fd);
	close(other);
}

static void quit_is_answered_and_ends_the_testbed(void **state)
{
	int fd = control__connect();

	(void)state;
	assert_string_equal(ask(fd, "quit\n"), "{\"ok\":true}\n");
	assert_true(testbed.quit);
	close(fd);
}

static void a_live_socket_is_in_use_and_a_dead_one_is_replaced(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "test_dead.sock" };
	FILE *file = fopen("test_plain", "w");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(unix_socket__listen(PATH, SOCK_STREAM), -EADDRINUSE);
	assert_int_equal(unix_socket__listen(PATH, SOCK_SEQPACKET), -EADDRINUSE);
	fclose(file);
	assert_int_equal(unix_socket__listen("test_plain", SOCK_STREAM), -EEXIST);
	assert_int_equal(unlink("test_plain"), 0);
	assert_int_equal(unix_socket__listen("no/such/folder", SOCK_STREAM), -ENOENT);

	unlink("test_dead.sock");
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	fd = unix_socket__listen("test_dead.sock", SOCK_STREAM);
	assert_true(fd >= 0);
	close(fd);
	unlink("test_dead.sock");
}

static int setup(void **state)
{
	uint8_t mac[6] = { 2, 0, 0, 0x0a, 0x0b };

	(void)state;
	testbed.loop.stopped_clock = true;
	if (testbed__open(&testbed))
		return -1;
	for (mac[5] = 0; mac[5] < 3; mac[5]++) {
		if (testbed__add_port(&testbed, &echo_model, mac, NULL))
			return -1;
	}
	unlink(PATH);
	return testbed__add_wire(&testbed) ||
	       wire_end__attach_port(&testbed.wires[0], 0, &testbed.ports[0].nic) ||
	       wire_end__attach_port(&testbed.wires[0], 1, &testbed.ports[1].nic) ||
	       control__open(&control, &testbed, PATH);
}

static int teardown(void **state)
{
	(void)state;
	control__close(&control);
	testbed__close(&testbed);
	return access(PATH, F_OK) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(ports_and_wires_are_listed),
		CASE(counters_are_those_of_the_wire_and_of_the_model),
		CASE(a_wire_is_told_what_to_do),
		CASE(bad_commands_say_what_is_wrong),
		CASE(commands_come_in_pieces_and_ahead),
		CASE(a_line_without_end_ends_the_connection),
		cmocka_unit_test(texts_are_quoted),
		CASE(several_clients_have_their_own_lines),
		CASE(a_client_that_does_not_read_is_waited_for),
		CASE(quit_is_answered_and_ends_the_testbed),
		CASE(a_live_socket_is_in_use_and_a_dead_one_is_replaced),
	};

	return cmocka_run_group_tests_name("control socket", tests, NULL, NULL);
}
