// SPDX-License-Identifier: MIT
/* Forwards packets: see README.md. */
#include "../program/program.h"

enum { mac_len = 6 };

struct forwarder {
	__u32 edges;
};

static void begin(void *state, __u64 now_ns, __u32 edges)
{
	struct forwarder *forwarder = state;

	(void)now_ns;
	forwarder->edges = edges;
}

/* Where there are several targets, the last byte of the destination chooses. */
static bool forward(void *state, struct flash_packet *packet)
{
	const struct forwarder *forwarder = state;
	const __u8 *data = packet->data;

	if (packet->len >= mac_len && forwarder->edges > 1)
		packet->edge = data[mac_len - 1] % forwarder->edges;
	return true;
}

int main(int argc, char **argv)
{
	static const struct program l2fwd = {
		.name = "l2fwd",
		.usage = "",
		.passes_on = true,
		.begin = begin,
		.handle = forward,
	};

	return program__main(&l2fwd, &(struct forwarder) { }, argc, argv);
}
