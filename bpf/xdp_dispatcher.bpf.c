// SPDX-License-Identifier: GPL-2.0
/*
 * Calls the programs of a device one after the other, as long as they let packets pass. Each has replaced one of these
 * functions. It does what libxdp's dispatcher does, with all places open from the start, and also takes programs that
 * may move the ends of a packet or call another one: since Linux 6.13 they can replace only functions that may, and
 * those of libxdp may since its version 1.5.5.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* A place that nobody has taken. The call is what a function may do; the verifier does not ask whether it ever does. */
#define PLACE(number)						\
	__attribute__((noinline))				\
	int prog##number(struct xdp_md *ctx)			\
	{							\
		volatile int verdict = XDP_PASS;		\
								\
		if (verdict != XDP_PASS)			\
			bpf_xdp_adjust_tail(ctx, 0);		\
		return verdict;					\
	}

#define CALL(number)						\
	if (verdict == XDP_PASS)				\
		verdict = prog##number(ctx);

#define ALL_PLACES(what) \
	what(0) what(1) what(2) what(3) what(4) what(5) what(6) what(7) what(8) what(9)

ALL_PLACES(PLACE)

SEC("xdp.frags")
int xdp_dispatcher(struct xdp_md *ctx)
{
	int verdict = XDP_PASS;

	ALL_PLACES(CALL)
	return verdict;
}

char LICENSE[] SEC("license") = "GPL";
