// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "dma_fault.h"

static sigjmp_buf way_out;
static volatile sig_atomic_t touching;

/* The compiler keeps accesses to guest memory between these two. */
static void touching__begin(void)
{
	touching = 1;
	atomic_signal_fence(memory_order_seq_cst);
}

static bool touching__end(bool there)
{
	atomic_signal_fence(memory_order_seq_cst);
	touching = 0;
	return there;
}

static void on_bus_error(int number)
{
	if (touching)
		siglongjmp(way_out, 1);
	signal(number, SIG_DFL);
	raise(number);
}

int dma_fault__catch(void)
{
	/* Not blocked while it is handled: the handler is left by a jump that restores no mask. */
	struct sigaction action = { .sa_handler = on_bus_error, .sa_flags = SA_NODEFER };

	return sigaction(SIGBUS, &action, NULL) ? -errno : 0;
}

bool dma_fault__copy(void *to, const void *from, size_t bytes)
{
	if (sigsetjmp(way_out, 0))
		return touching__end(false);
	touching__begin();
	memcpy(to, from, bytes);
	return touching__end(true);
}

bool dma_fault__store32(void *to, uint32_t value)
{
	if (sigsetjmp(way_out, 0))
		return touching__end(false);
	touching__begin();
	__atomic_store_n((uint32_t *)to, value, __ATOMIC_RELEASE);
	return touching__end(true);
}

bool dma_fault__store64(void *to, uint64_t value)
{
	if (sigsetjmp(way_out, 0))
		return touching__end(false);
	touching__begin();
	__atomic_store_n((uint64_t *)to, value, __ATOMIC_RELEASE);
	return touching__end(true);
}
