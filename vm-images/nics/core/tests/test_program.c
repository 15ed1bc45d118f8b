// SPDX-License-Identifier: MIT
/* flash-nics as a process: options, messages, exit codes, socket files. */
#include "cases.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "core/unix_socket.h"

#define ARGUMENTS_MAX 16
#define DEADLINE_MS 10000

struct program {
	pid_t pid;
	int out;			/* stdout and stderr */
	char text[4096];
};

/* The program that was built with the tests; this one is in core/tests, seen from it. */
static char *program__path(void)
{
	static char self[PATH_MAX], path[PATH_MAX + 32];
	ssize_t bytes = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(bytes > 0);
	self[bytes] = '\0';
	snprintf(path, sizeof(path), "%s/../../flash-nics", dirname(self));
	return path;
}

/* @line is the arguments, with a space between. */
static struct program program__start(const char *line)
{
	char *arguments[ARGUMENTS_MAX] = { program__path() }, *rest, *copy = strdup(line);
	struct program program = {};
	unsigned int count = 1;
	int ends[2];

	for (char *word = strtok_r(copy, " ", &rest); word && count + 1 < ARGUMENTS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		arguments[count++] = word;
	assert_int_equal(pipe(ends), 0);
	program.pid = fork();
	if (!program.pid) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		execv(arguments[0], arguments);
		_exit(127);
	}
	close(ends[1]);
	program.out = ends[0];
	free(copy);
	return program;
}

/* Reads what it says until @text is among it, or it says no more. */
static void program__read(struct program *program, const char *text)
{
	struct pollfd poll_fd = { .fd = program->out, .events = POLLIN };
	size_t used = strlen(program->text);

	while (!text || !strstr(program->text, text)) {
		ssize_t bytes;

		if (poll(&poll_fd, 1, DEADLINE_MS) != 1)
			fail_msg("it says: %s", program->text);
		bytes = read(program->out, program->text + used, sizeof(program->text) - 1 - used);
		if (bytes <= 0)
			break;
		used += bytes;
	}
}

/* Return: its exit code, -1: it was ended by a signal. */
static int program__end(struct program *program)
{
	int status;

	program__read(program, NULL);
	close(program->out);
	assert_int_equal(waitpid(program->pid, &status, 0), program->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void bad_options_are_one_line_and_exit_code_2(void **state)
{
	static const struct { const char *line, *part; } rows[] = {
		{ "", "--control PATH is missing" },
		{ "--control c", "--port MODEL:PATH is missing" },
		{ "--control", "--control: not an option, or it lacks its value" },
		{ "--sideways", "--sideways: not an option" },
		{ "extra", "extra: not an option" },
		{ "--control c --port echo", "--port echo: not MODEL:PATH" },
		{ "--control c --port echo:", "not MODEL:PATH" },
		{ "--control c --port e1000:x", "there is no model \"e1000\"" },
		{ "--control c --port echo:x:01:00:00:00:00:00", "multicast" },
		{ "--control c --port echo:x --wire 1-0", "ports 0 to 0 only" },
		{ "--control c --port echo:x --wire 0-1", "ports 0 to 0 only" },
		{ "--control c --port echo:x --wire 0-0", "one wire, to somewhere else" },
		{ "--control c --port echo:x --port echo:y --wire 0-1 --wire 1-tap:t", "one wire" },
		{ "--control c --port echo:x --wire 0-tap:t --wire 0-tap:u", "one wire" },
		{ "--control c --port echo:x --wire x-0", "not PORT-END" },
		{ "--control c --port echo:x --wire 0-moon", "the other end is not a port" },
		{ "--control c --port echo:x --wire 0-tap:", "the other end is not a port" },
		{ "--control c --port echo:x --wire 99-0", "not PORT-END" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct program program = program__start(rows[i].line);
		int code = program__end(&program);

		if (code != 2 || strncmp(program.text, "flash-nics: ", 12) ||
		    !strstr(program.text, rows[i].part) ||
		    strchr(program.text, '\n') != program.text + strlen(program.text) - 1)
			fail_msg("%s: %d, %s", rows[i].line, code, program.text);
	}
}

static void help_lists_the_models(void **state)
{
	struct program program = program__start("--help");

	(void)state;
	assert_int_equal(program__end(&program), 0);
	assert_non_null(strstr(program.text, "usage: flash-nics"));
	assert_non_null(strstr(program.text, "echo (test card)"));
}

static void it_is_ready_when_its_sockets_listen_and_removes_them(void **state)
{
	static const char *const paths[] = { "c.sock", "a.sock", "w.sock" };
	struct program program = program__start("--wire 0-listen:w.sock --control c.sock "
						"--port echo:a.sock");

	(void)state;
	program__read(&program, "ready\n");
	for (int i = 0; i < 3; i++)
		assert_int_equal(access(paths[i], F_OK), 0);
	assert_int_equal(kill(program.pid, SIGTERM), 0);
	assert_int_equal(program__end(&program), 0);
	assert_string_equal(program.text, "ready\n");
	for (int i = 0; i < 3; i++)
		assert_int_equal(access(paths[i], F_OK), -1);
}

static void quit_ends_it(void **state)
{
	struct program program = program__start("--control c.sock --port echo:a.sock");
	int fd;

	(void)state;
	program__read(&program, "ready\n");
	fd = unix_socket__connect("c.sock", SOCK_STREAM);
	assert_int_equal(write(fd, "quit\n", 5), 5);
	assert_int_equal(program__end(&program), 0);
	assert_int_equal(access("c.sock", F_OK), -1);
	close(fd);
}

static void a_port_in_use_is_refused_and_left_alone(void **state)
{
	struct program first = program__start("--control c.sock --port echo:a.sock");
	struct program second;

	(void)state;
	program__read(&first, "ready\n");
	second = program__start("--control d.sock --port echo:a.sock");
	assert_int_equal(program__end(&second), 1);
	assert_string_equal(second.text, "flash-nics: --port echo:a.sock: in use, a live process "
					 "listens there\n");
	assert_int_equal(access("d.sock", F_OK), -1);
	assert_int_equal(access("a.sock", F_OK), 0);

	/* One that was killed leaves its files, which are nobody's. */
	assert_int_equal(kill(first.pid, SIGKILL), 0);
	assert_int_equal(program__end(&first), -1);
	assert_int_equal(access("a.sock", F_OK), 0);
	second = program__start("--control c.sock --port echo:a.sock");
	program__read(&second, "ready\n");
	assert_int_equal(kill(second.pid, SIGTERM), 0);
	assert_int_equal(program__end(&second), 0);
}

static void a_socket_of_nobody_is_named(void **state)
{
	struct program program = program__start("--control c.sock --port echo:a.sock "
						"--wire 0-unix:nobody.sock");

	(void)state;
	assert_int_equal(program__end(&program), 1);
	assert_string_equal(program.text, "flash-nics: --wire 0-unix:nobody.sock: No such file or "
					  "directory\n");
	assert_int_equal(access("a.sock", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_options_are_one_line_and_exit_code_2),
		cmocka_unit_test(help_lists_the_models),
		cmocka_unit_test(it_is_ready_when_its_sockets_listen_and_removes_them),
		cmocka_unit_test(quit_ends_it),
		cmocka_unit_test(a_port_in_use_is_refused_and_left_alone),
		cmocka_unit_test(a_socket_of_nobody_is_named),
	};
	char folder[] = "/tmp/flash-nics.XXXXXX";
	int failed;

	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	failed = cmocka_run_group_tests_name("flash-nics", tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
