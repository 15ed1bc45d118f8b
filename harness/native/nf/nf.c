// SPDX-License-Identifier: MIT
/* Starts the functions, each in a process of its own; this process becomes the first one. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nf.h"

static int function_spec__port_count(const struct function_spec *spec)
{
	return spec->ports[0].used + spec->ports[1].used;
}

static int function__open_port(struct function *function, int direction,
			       const struct options *options, const struct attachments *attachments)
{
	const struct port_spec *spec = &function->spec->ports[direction];
	struct port *port = &function->ports[direction];
	int err = port__open(port, spec, options, function->umem);

	return err ? err : attachments__add(attachments, port);
}

/* Frames are shared out evenly; `place` is that of the first port among all that use the UMEM. */
static int function__open_ports(struct function *function, const struct options *options,
				const struct attachments *attachments, int place, int sharers)
{
	__u32 share = options->frames / sharers;

	for (int d = 0; d < NF_DIRECTIONS; d++) {
		const struct port_spec *spec = &function->spec->ports[d];
		struct port *port = &function->ports[d];
		__u32 start = place * share, frames = share;
		int err = 0;

		if (!spec->used)
			continue;
		if (++place == sharers)
			frames = options->frames - start;
		if (!port->socket)
			err = function__open_port(function, d, options, attachments);
		if (!err)
			err = port__give_frames(port, start, frames);
		if (err) {
			fprintf(stderr, "nf: %s %s on %s queue %u: %s\n", function->spec->name,
				direction_names[d], spec->ifname, spec->queue, strerror(-err));
			return err;
		}
	}
	return 0;
}

static void function__close(struct function *function)
{
	for (int d = 0; d < NF_DIRECTIONS; d++)
		port__close(&function->ports[d]);
}

static int umem__create(struct flash_umem **umem, const struct options *options)
{
	struct flash_umem_opts opts = {
		.frame_count = options->frames,
		.frame_size = options->frame_size,
		.ring_size = options->ring_size,
	};

	return flash_umem__create(umem, &opts);
}

/* The life of one function, number `index`, from its sockets to its end. */
static int function__live(struct function *function, const struct options *options,
			  const struct attachments *attachments, int index)
{
	int sharers = function_spec__port_count(function->spec), place = 0;
	struct flash_umem *own = NULL;
	int err;

	prctl(PR_SET_NAME, function->spec->name);
	if (options->shared_umem) {
		sharers = 0;
		for (int i = 0; i < options->function_count; i++) {
			place = i == index ? sharers : place;
			sharers += function_spec__port_count(&options->functions[i]);
		}
	} else {
		err = umem__create(&own, options);
		if (err) {
			fprintf(stderr, "nf: %s: UMEM: %s\n", function->spec->name, strerror(-err));
			return err;
		}
		function->umem = own;
	}

	err = function__open_ports(function, options, attachments, place, sharers);
	if (!err)
		err = function__run(function, options->status_dir);
	function__close(function);
	flash_umem__destroy(own);
	return err;
}

/* The first socket binds the shared UMEM; it must exist before the other processes do. */
static int shared_umem__set_up(struct function *function, const struct options *options,
			       const struct attachments *attachments)
{
	int d = function->spec->ports[0].used ? 0 : 1, err;
	const struct port_spec *spec = &function->spec->ports[d];

	err = umem__create(&function->umem, options);
	if (!err)
		err = function__open_port(function, d, options, attachments);
	if (err)
		fprintf(stderr, "nf: shared UMEM on %s queue %u: %s\n", spec->ifname, spec->queue,
			strerror(-err));
	return err;
}

static int children__end(const pid_t *children, int count)
{
	int failures = 0;

	for (int i = 0; i < count; i++)
		kill(children[i], SIGTERM);
	for (int i = 0; i < count; i++) {
		int status = 0;

		while (waitpid(children[i], &status, 0) < 0 && errno == EINTR)
			;
		failures += !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS;
	}
	return failures ? -ECHILD : 0;
}

static int functions__run(const struct options *options, const struct attachments *attachments)
{
	struct function first = { .spec = &options->functions[0] };
	pid_t children[NF_MAX_FUNCTIONS];
	int err = 0, end_err, count = 0;
	pid_t parent = getpid();
	struct flash_umem *shared;

	prctl(PR_SET_NAME, first.spec->name);
	if (options->shared_umem)
		err = shared_umem__set_up(&first, options, attachments);
	shared = first.umem;

	for (int i = 1; i < options->function_count && !err; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			err = -errno;
		} else if (pid == 0) {
			struct function function = { .spec = &options->functions[i], .umem = shared };

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (getppid() != parent)
				return -ESRCH;
			return function__live(&function, options, attachments, i);
		} else {
			children[count++] = pid;
		}
	}
	if (err)
		function__close(&first);
	else
		err = function__live(&first, options, attachments, 0);

	if (getpid() != parent)
		return err;
	end_err = children__end(children, count);
	flash_umem__destroy(shared);
	return err ? err : end_err;
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct attachments attachments = { };
	struct options options;
	int err;

	if (options__parse(&options, argc, argv)) {
		options__usage(argv[0]);
		return 2;
	}
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	signals__set_up();
	err = attachments__attach(&attachments, &options);
	if (err)
		return EXIT_FAILURE;
	err = functions__run(&options, &attachments);
	attachments__detach(&attachments);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
