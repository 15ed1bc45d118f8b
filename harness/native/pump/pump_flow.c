// SPDX-License-Identifier: MIT
/*
 * One end of a flow, as fast as it goes, until it is told to stop or killed: a program as people write
 * them, that knows nothing of redirects and sleeps when it has nothing to do.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "pump.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static int flow__open(struct end *end, const struct pump_options *options)
{
	int err;

	signal(SIGTERM, stop);
	end->packet_bytes = options->packet_bytes;
	err = end__open(end, options, options->queue, NULL);
	if (err)
		fprintf(stderr, "pump: %s queue %u: error %d\n", options->ifname, options->queue, -err);
	return err;
}

static int flow__close(struct end *end)
{
	printf("{\"sent\":%llu,\"received\":%llu}\n", end->sent, end->received);
	end__close(end);
	return 0;
}

int pump_source(const struct pump_options *options)
{
	static struct end end;

	if (flow__open(&end, options) || wait_for_start())
		return 1;

	while (!stopped) {
		struct pollfd waiting = { .fd = end__fd(&end), .events = POLLOUT };

		end__reclaim(&end);
		end__send_within(&end, options->batch);
		sendto(end__fd(&end), NULL, 0, MSG_DONTWAIT, NULL, 0);
		if (!flash_socket__tx_room(end.socket))
			poll(&waiting, 1, -1);
	}
	return flow__close(&end);
}

int pump_target(const struct pump_options *options)
{
	static struct end end;

	if (flow__open(&end, options))
		return 1;
	end__fill(&end);
	if (wait_for_start())
		return 1;

	while (!stopped) {
		struct pollfd waiting = { .fd = end__fd(&end), .events = POLLIN };

		__u32 received = end__receive(&end);

		end__fill(&end);
		if (!received)
			poll(&waiting, 1, -1);
	}
	return flow__close(&end);
}
