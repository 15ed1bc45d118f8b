// SPDX-License-Identifier: MIT
/*
 * Opens a file as one process and reads or writes it as another:
 *
 *	handover OPENER USER PATH [TEXT]
 *
 * With TEXT that is written, else the file is read. Prints "ok", the name of the errno, or that with
 * "on opening". OPENER and USER say what each changes about itself first, separated by commas:
 *
 *	user=PID	joins the user namespace of PID, as its root
 *	net=PATH	joins a network namespace
 *	uid=N		becomes this user, without capabilities
 *	no-net-admin	gives up CAP_NET_ADMIN
 *
 * The opener shares its table of files with this process, which is how the file gets here.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct part {
	const char *who, *path, *text;
	int fd, err;
};

static void die(const char *what)
{
	perror(what);
	_exit(2);
}

static void join(const char *path, int type)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, type))
		die(path);
	close(fd);
}

static void become(uid_t uid)
{
	/* Who made the user namespace may have forbidden it there; then there are none to drop. */
	if (setgroups(0, NULL) && errno != EPERM)
		die("setgroups");
	if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		die("setresuid");
}

static void drop_net_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		die("capget");
	data[0].effective &= ~(1u << CAP_NET_ADMIN);
	data[0].permitted &= ~(1u << CAP_NET_ADMIN);
	data[0].inheritable = data[1].inheritable = 0;
	if (syscall(SYS_capset, &header, data))
		die("capset");
}

static void change(const char *who)
{
	char copy[4096], path[64], *word, *rest = copy;

	snprintf(copy, sizeof(copy), "%s", who);
	while ((word = strsep(&rest, ","))) {
		if (!strncmp(word, "user=", 5)) {
			snprintf(path, sizeof(path), "/proc/%s/ns/user", word + 5);
			join(path, CLONE_NEWUSER);
			become(0);
		} else if (!strncmp(word, "net=", 4)) {
			join(word + 4, CLONE_NEWNET);
		} else if (!strncmp(word, "uid=", 4)) {
			become(atoi(word + 4));
		} else if (!strcmp(word, "no-net-admin")) {
			drop_net_admin();
		} else if (*word) {
			errno = EINVAL;
			die(word);
		}
	}
}

static int open_file(void *arg)
{
	struct part *part = arg;

	change(part->who);
	part->fd = open(part->path, part->text ? O_WRONLY : O_RDONLY);
	part->err = part->fd < 0 ? errno : 0;
	return 0;
}

static int use_file(void *arg)
{
	struct part *part = arg;
	char buffer[4096];
	ssize_t n;

	change(part->who);
	n = part->text ? write(part->fd, part->text, strlen(part->text)) : read(part->fd, buffer, sizeof(buffer));
	part->err = n < 0 ? errno : 0;
	return 0;
}

/* In a process of its own, which shares memory and files with this one. */
static void run(int (*function)(void *), struct part *part)
{
	static char stack[1 << 16] __attribute__((aligned(16)));
	int status;

	if (clone(function, stack + sizeof(stack), CLONE_FILES | CLONE_VM | CLONE_VFORK | SIGCHLD, part) < 0 ||
	    wait(&status) < 0)
		die("clone");
	if (status)
		exit(2);
}

static int say(int err, const char *when)
{
	printf("%s%s\n", err ? strerrorname_np(err) : "ok", when);
	return 0;
}

int main(int argc, char **argv)
{
	struct part part = { .path = argc > 3 ? argv[3] : NULL, .text = argc > 4 ? argv[4] : NULL };

	if (argc < 4 || argc > 5) {
		fputs("usage: handover OPENER USER PATH [TEXT]\n", stderr);
		return 2;
	}
	part.who = argv[1];
	run(open_file, &part);
	if (part.err)
		return say(part.err, " on opening");
	part.who = argv[2];
	run(use_file, &part);
	return say(part.err, "");
}
