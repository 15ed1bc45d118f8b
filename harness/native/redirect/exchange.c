// SPDX-License-Identifier: MIT
/*
 * exchange: the exchange of a hop in threads of its own, for ThreadSanitizer.
 *
 *	source		sends, takes what is completed
 *	two kernels	redirect, whoever has the claim
 *	lender		takes frames of the target and gives them back unused: the fill ring has several consumers
 *	target		receives, fills
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hop_sockets.h"

#define ENTRIES		64
#define DEADLINE_SECONDS 120

struct exchange {
	struct hop *hop;
	bool stop;
	int err;
};

void shim_warn(const char *file, int line, const char *condition)
{
	fprintf(stderr, "WARN_ON_ONCE(%s) at %s:%d\n", condition, file, line);
	abort();
}

static bool goes_on(const struct exchange *exchange)
{
	return !READ_ONCE(exchange->stop);
}

static void *source__main(void *data)
{
	struct exchange *exchange = data;

	for (u32 i = 0; goes_on(exchange); i++) {
		if (!hop__send(exchange->hop, 1 + i % 16, i % 3 == 0))
			sched_yield();
		hop__complete(exchange->hop, 1 + i % HOP_MAX_BATCH);
	}
	return NULL;
}

static void *kernel__main(void *data)
{
	struct exchange *exchange = data;
	spinlock_t *claim = &exchange->hop->source.flash.claim;

	for (u32 i = 0; goes_on(exchange); i++) {
		uint64_t cycles = 0;
		u32 moved = 0;

		if (spin_trylock(claim)) {
			moved = hop__redirect(exchange->hop, 1 + i % HOP_MAX_BATCH, &cycles);
			spin_unlock(claim);
		}
		if (!moved)
			sched_yield();
	}
	return NULL;
}

static void *lender__main(void *data)
{
	struct exchange *exchange = data;
	struct xsk_buff_pool *pool = &exchange->hop->target.pool;
	u64 frames[XSK_TAKE_MAX];

	for (u32 i = 0; goes_on(exchange); i++) {
		u32 n = xp_borrow_frames(pool, frames, 1 + i % 8);

		if (n)
			xp_settle_frames(pool, frames, n, n);
		sched_yield();
	}
	return NULL;
}

static void *target__main(void *data)
{
	struct exchange *exchange = data;

	for (u32 i = 0; goes_on(exchange); i++) {
		int n = hop__receive(exchange->hop, 1 + i % HOP_MAX_BATCH);

		if (n < 0) {
			WRITE_ONCE(exchange->err, n);
			break;
		}
		if (!hop__refill(exchange->hop, 1 + i % HOP_MAX_BATCH) && !n)
			sched_yield();
	}
	return NULL;
}

static int exchange__end(struct hop *hop)
{
	int received = hop__settle(hop, ENTRIES);

	if (received < 0)
		return received;
	return hop->received == hop->sent ? hop__audit(hop) : -EILSEQ;
}

static int run(bool copy, u32 ms)
{
	static void *(*const mains[])(void *) = {
		source__main, kernel__main, kernel__main, lender__main, target__main,
	};
	struct exchange exchange = { .hop = hop__create(copy, 256, ENTRIES) };
	pthread_t threads[sizeof(mains) / sizeof(*mains)];

	if (!exchange.hop)
		return -ENOMEM;
	for (u32 i = 0; i < sizeof(mains) / sizeof(*mains); i++)
		if (pthread_create(&threads[i], NULL, mains[i], &exchange))
			exit(3);
	usleep(ms * 1000);
	WRITE_ONCE(exchange.stop, true);
	for (u32 i = 0; i < sizeof(mains) / sizeof(*mains); i++)
		pthread_join(threads[i], NULL);
	if (!exchange.err)
		exchange.err = exchange__end(exchange.hop);
	if (!exchange.err && !exchange.hop->received)
		exchange.err = -ETIME;
	if (!exchange.err)
		printf("%s in 5 threads: %u packets, each once and as it was sent\n",
		       copy ? "copy" : "exchange", exchange.hop->received);
	hop__destroy(exchange.hop);
	return exchange.err;
}

int main(int argc, char **argv)
{
	u32 ms = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;

	setlinebuf(stdout);
	alarm(DEADLINE_SECONDS + ms / 500);
	for (int copy = 0; copy < 2; copy++) {
		int err = run(copy, ms);

		if (err) {
			fprintf(stderr, "%s: error %d: packets or frames got lost, doubled or changed\n",
				copy ? "copy" : "exchange", -err);
			return 1;
		}
	}
	return 0;
}
