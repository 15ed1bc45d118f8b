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

PLACE(0)
PLACE(1)
PLACE(2)
PLACE(3)
PLACE(4)
PLACE(5)
PLACE(6)
PLACE(7)
PLACE(8)
PLACE(9)

SEC("xdp.frags")
int xdp_dispatcher(struct xdp_md *ctx)
{
	int verdict = prog0(ctx);

	if (verdict == XDP_PASS)
		verdict = prog1(ctx);
	if (verdict == XDP_PASS)
		verdict = prog2(ctx);
	if (verdict == XDP_PASS)
		verdict = prog3(ctx);
	if (verdict == XDP_PASS)
		verdict = prog4(ctx);
	if (verdict == XDP_PASS)
		verdict = prog5(ctx);
	if (verdict == XDP_PASS)
		verdict = prog6(ctx);
	if (verdict == XDP_PASS)
		verdict = prog7(ctx);
	if (verdict == XDP_PASS)
		verdict = prog8(ctx);
	if (verdict == XDP_PASS)
		verdict = prog9(ctx);
	return verdict;
}

char LICENSE[] SEC("license") = "GPL";
