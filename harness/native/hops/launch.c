// SPDX-License-Identifier: MIT
/*
 * Starts the stages, lets them go, and reads what they count.
 *
 * Once all have joined it says "ready PID" and waits for SIGUSR1, so that whoever started it can set
 * routes between the sockets that are this process's.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

#define SECOND_NS		1000000000ULL
#define MS_NS			1000000ULL
#define JOIN_DEADLINE_NS	(20 * SECOND_NS)
#define STOP_DEADLINE_NS	(5 * SECOND_NS)
#define FOREVER			UINT64_MAX

struct launcher {
	const struct command *command;
	struct shared *shared;
	uint32_t stages;
	pid_t pids[HOPS_MAX_STAGES];	/* 0: not started, or ended */
	sigset_t signals, outside;	/* those it waits for; what was blocked before */
};

/* Returns the number of a stage that has ended, or -1. */
static int launcher__reap(struct launcher *launcher, int *status)
{
	for (uint32_t i = 0; i < launcher->stages; i++) {
		if (launcher->pids[i] && waitpid(launcher->pids[i], status, WNOHANG) > 0) {
			launcher->pids[i] = 0;
			return i;
		}
	}
	return -1;
}

/* The next signal until then, 0 if there is none. */
static int launcher__next_signal(const struct launcher *launcher, uint64_t until)
{
	for (;;) {
		uint64_t now = now_ns(), left = until > now ? until - now : 0;
		struct timespec timeout = { .tv_sec = left / SECOND_NS, .tv_nsec = left % SECOND_NS };
		int signal = until == FOREVER ? sigwaitinfo(&launcher->signals, NULL) :
			     sigtimedwait(&launcher->signals, NULL, &timeout);

		if (signal > 0)
			return signal;
		if (errno == EAGAIN)
			return 0;
	}
}

/* Returns 0 when it is time, SIGUSR1 if that comes, -EINTR if told to end, -ECHILD if a stage ends. */
static int launcher__wait(struct launcher *launcher, uint64_t until)
{
	for (;;) {
		int signal = launcher__next_signal(launcher, until), status, stage;

		if (signal == 0 || signal == SIGUSR1)
			return signal;
		if (signal != SIGCHLD)
			return -EINTR;
		stage = launcher__reap(launcher, &status);
		if (stage < 0)
			continue;
		if (WIFSIGNALED(status))
			fprintf(stderr, "hops: %s: stage %d was killed: %s\n",
				launcher->command->transport->name, stage, strsignal(WTERMSIG(status)));
		else
			fprintf(stderr, "hops: %s: stage %d ended early, with code %d\n",
				launcher->command->transport->name, stage, WEXITSTATUS(status));
		return -ECHILD;
	}
}

static int launcher__wait_ms(struct launcher *launcher, uint32_t ms)
{
	uint64_t until = now_ns() + ms * MS_NS;
	int signal;

	while ((signal = launcher__wait(launcher, until)) == SIGUSR1)
		;
	return signal;
}

static int launcher__fork(struct launcher *launcher)
{
	const struct command *command = launcher->command;
	pid_t parent = getpid();

	for (uint32_t i = 0; i < launcher->stages; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			int err = -errno;

			fprintf(stderr, "hops: fork for stage %u: %s\n", i, strerror(errno));
			return err;
		}
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (getppid() != parent)
				exit(EXIT_FAILURE);
			sigprocmask(SIG_SETMASK, &launcher->outside, NULL);
			exit(stage__run(command->transport, &command->options, launcher->shared, i) ?
			     EXIT_FAILURE : EXIT_SUCCESS);
		}
		launcher->pids[i] = pid;
	}
	return 0;
}

static int launcher__wait_for_joins(struct launcher *launcher)
{
	uint64_t deadline = now_ns() + JOIN_DEADLINE_NS;
	uint32_t stage = 0;

	while (stage < launcher->stages) {
		int err;

		if (atomic_load(&launcher->shared->stages[stage].joined)) {
			stage++;
			continue;
		}
		if (now_ns() > deadline) {
			fprintf(stderr, "hops: %s: stage %u did not join in time\n",
				launcher->command->transport->name, stage);
			return -ETIMEDOUT;
		}
		err = launcher__wait_ms(launcher, 2);
		if (err)
			return err;
	}
	return 0;
}

static int launcher__wait_for_start(struct launcher *launcher)
{
	int signal;

	printf("ready %d\n", getpid());
	fflush(stdout);
	signal = launcher__wait(launcher, FOREVER);
	return signal == SIGUSR1 ? 0 : signal;
}

static int launcher__measure(struct launcher *launcher, struct snapshot *start, struct snapshot *end)
{
	const struct hops_options *options = &launcher->command->options;
	struct shared *shared = launcher->shared;
	int err;

	if (options->stop_sink)
		kill(launcher->pids[launcher->stages - 1], SIGSTOP);
	atomic_store(&shared->phase, PHASE_WARM_UP);
	err = launcher__wait_ms(launcher, options->warm_up_ms);
	if (err)
		return err;
	atomic_store(&shared->phase, PHASE_MEASURE);
	snapshot__take(start, shared, launcher->pids, launcher->stages);
	err = launcher__wait_ms(launcher, options->measure_ms);
	if (!err)
		snapshot__take(end, shared, launcher->pids, launcher->stages);
	return err;
}

/* Those that do not end until then are killed. */
static void launcher__end_stages(struct launcher *launcher, uint64_t deadline)
{
	int status;

	atomic_store(&launcher->shared->phase, PHASE_STOP);
	if (launcher->pids[launcher->stages - 1])
		kill(launcher->pids[launcher->stages - 1], SIGCONT);
	for (uint32_t i = 0; i < launcher->stages; i++) {
		while (launcher->pids[i] && now_ns() < deadline) {
			if (launcher__reap(launcher, &status) < 0)
				launcher__next_signal(launcher, now_ns() + 10 * MS_NS);
		}
		if (!launcher->pids[i])
			continue;
		if (deadline)
			fprintf(stderr, "hops: %s: stage %u did not stop in time\n",
				launcher->command->transport->name, i);
		kill(launcher->pids[i], SIGKILL);
	}
	for (uint32_t i = 0; i < launcher->stages; i++)
		if (launcher->pids[i])
			waitpid(launcher->pids[i], &status, 0);
}

static int launcher__run(struct launcher *launcher)
{
	const struct command *command = launcher->command;
	const struct transport *transport = command->transport;
	struct snapshot start, end;
	int err;

	err = transport->create ? transport->create(&command->options) : 0;
	if (!err)
		err = launcher__fork(launcher);
	if (!err)
		err = launcher__wait_for_joins(launcher);
	if (!err)
		err = launcher__wait_for_start(launcher);
	if (!err)
		err = launcher__measure(launcher, &start, &end);

	launcher__end_stages(launcher, err && err != -EINTR ? 0 : now_ns() + STOP_DEADLINE_NS);
	if (transport->destroy)
		transport->destroy();
	if (!err)
		report__print(stdout, command, launcher->shared, &start, &end);
	/* To be told to end is no failure, though there is nothing to report. */
	return err == -EINTR ? 0 : err;
}

static int launcher__set_up(struct launcher *launcher, const struct command *command)
{
	static const int signals[] = { SIGUSR1, SIGTERM, SIGINT, SIGCHLD };
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	launcher->command = command;
	launcher->stages = command->options.functions + 2;
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	sigemptyset(&launcher->signals);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&launcher->signals, signals[i]);
	sigprocmask(SIG_BLOCK, &launcher->signals, &launcher->outside);

	launcher->shared = mmap(NULL, sizeof(*launcher->shared), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (launcher->shared == MAP_FAILED) {
		fprintf(stderr, "hops: shared counters: %s\n", strerror(errno));
		return -ENOMEM;
	}
	return 0;
}

int launch(const struct command *command)
{
	static struct launcher launcher;
	int err = launcher__set_up(&launcher, command);

	return err ? err : launcher__run(&launcher);
}
