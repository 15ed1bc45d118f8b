// SPDX-License-Identifier: MIT
/* What a socket is refused with, after which those that there are work as before. */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "xsk_tests.h"

static void second_socket_on_a_queue_is_busy(void)
{
	struct memory memory = make_memory(64, 64);
	struct flash_socket *first = open_on(&memory, given.a, 0);
	struct flash_socket *second = open_on(&memory, given.a, 1);

	expect(refusal(&memory, opts_for(given.a, 0)), -EBUSY);
	expect(refusal(&memory, opts_for(given.a, 1)), -EBUSY);

	send_to_wire(&memory, first, 8);
	send_to_wire(&memory, second, 8);
	flash_socket__destroy(second);
	flash_socket__destroy(first);
	destroy_memory(&memory);
}

static void beside_a_socket_elsewhere_is_invalid(void)
{
	struct memory memory = make_memory(64, 64), other = make_memory(64, 64);
	struct flash_socket *socket = open_on(&memory, given.a, 0);
	struct flash_socket_opts on_other_queue = opts_for(given.a, 1);
	struct flash_socket_opts on_other_device = opts_for(given.b, 0);
	struct flash_socket_opts of_other_umem = opts_for(given.a, 0);

	on_other_queue.beside = on_other_device.beside = of_other_umem.beside = socket;
	expect(refusal(&memory, on_other_queue), -EINVAL);
	expect(refusal(&memory, on_other_device), -EINVAL);
	expect(refusal(&other, of_other_umem), -EINVAL);

	send_to_wire(&memory, socket, 8);
	flash_socket__destroy(socket);
	destroy_memory(&other);
	destroy_memory(&memory);
}

static void mode_that_the_umem_has_not_is_invalid(void)
{
	struct memory memory = make_memory(64, 64);
	struct flash_socket *first = open_on(&memory, given.a, 0), *second;
	struct flash_socket_opts opts = opts_for(given.a, 1);

	opts.mode = FLASH_MODE_ZERO_COPY;
	expect(refusal(&memory, opts), -EINVAL);
	opts.mode = FLASH_MODE_AUTO;
	second = open_with(&memory, opts);

	send_to_wire(&memory, second, 8);
	send_to_wire(&memory, first, 8);
	flash_socket__destroy(second);
	flash_socket__destroy(first);
	destroy_memory(&memory);
}

static void do_nothing(int signal)
{
	(void)signal;
}

/* Ends every nap early from now on. */
static void start_signals(void)
{
	const struct itimerval often = { { 0, 200 }, { 0, 200 } };
	const struct sigaction action = { .sa_handler = do_nothing };

	expect(sigaction(SIGALRM, &action, NULL), 0);
	expect(setitimer(ITIMER_REAL, &often, NULL), 0);
}

static void stop_signals(void)
{
	const struct itimerval never = { };

	expect(setitimer(ITIMER_REAL, &never, NULL), 0);
}

static void wait_takes_as_long_as_was_said(void)
{
	enum { wait_ms = 1000, slack_ms = 3000 };
	struct memory memory = make_memory(64, 64), other = make_memory(64, 64);
	struct flash_socket *owner = open_on(&other, given.a, 0);
	struct flash_socket_opts opts = opts_for(given.a, 0);
	__u64 begin, took_ms;
	int err;

	opts.queue_wait_ms = wait_ms;
	start_signals();
	begin = now_ms();
	err = refusal(&memory, opts);
	took_ms = now_ms() - begin;
	stop_signals();

	expect(err, -EBUSY);
	expect(took_ms < wait_ms ? took_ms : wait_ms, wait_ms);
	expect(took_ms > wait_ms + slack_ms ? took_ms : wait_ms, wait_ms);
	flash_socket__destroy(owner);
	destroy_memory(&other);
	destroy_memory(&memory);
}

const struct xsk_test refusal_tests[] = {
	{ "a second socket of a UMEM on the same queue is busy", second_socket_on_a_queue_is_busy },
	{ "a socket beside one of another queue, device or UMEM is invalid",
	  beside_a_socket_elsewhere_is_invalid },
	{ "zero-copy on a UMEM in copy mode is invalid", mode_that_the_umem_has_not_is_invalid },
	{ "a queue in use is waited for as long as was said, whatever signals come",
	  wait_takes_as_long_as_was_said },
	{ },
};
