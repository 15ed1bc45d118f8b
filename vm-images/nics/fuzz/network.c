// SPDX-License-Identifier: MIT
/* The far end of the wire, and the wire. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"

void fuzz__receive_frames(struct fuzz *fuzz)
{
	static uint8_t frame[NIC_FRAME_MAX];

	while (recv(fuzz->peer, frame, sizeof(frame), 0) > 0)
		;
}

/* Ethernet, often with IPv4 or IPv6 and TCP or UDP on it, and sometimes with a VLAN tag. */
void fuzz__send_frame(struct fuzz *fuzz)
{
	static const uint16_t types[] = { 0x0008, 0xdd86, 0x0608, 0x0081, 0xa888 };
	static uint8_t frame[NIC_FRAME_MAX];
	size_t bytes = fuzz__one_in(fuzz, 20) ? fuzz__below(fuzz, NIC_FRAME_MAX) + 1 :
		       14 + fuzz__below(fuzz, 1600);

	for (size_t i = 0; i < 80; i += 8) {
		uint64_t value = fuzz__random(fuzz);

		memcpy(frame + i, &value, 8);
	}
	if (fuzz__one_in(fuzz, 2))
		memcpy(frame, fuzz__nic(fuzz)->mac, 6);
	if (!fuzz__one_in(fuzz, 4))
		memcpy(frame + 12, &types[fuzz__below(fuzz, 5)], 2);
	if (!fuzz__one_in(fuzz, 4)) {
		frame[14] = fuzz__one_in(fuzz, 2) ? 0x45 : 0x60;
		frame[23] = frame[20] = fuzz__one_in(fuzz, 2) ? 6 : 17;
	}
	if (send(fuzz->peer, frame, bytes, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		fuzz__give_up("the wire");
}

void fuzz__change_wire(struct fuzz *fuzz)
{
	struct wire_faults faults = {
		.drop_every = fuzz__one_in(fuzz, 2) ? fuzz__below(fuzz, 5) : 0,
		.delay_ns = fuzz__one_in(fuzz, 2) ? fuzz__below(fuzz, 1000000) : 0,
		.patience_ns = WIRE_PATIENCE_NS,
		.hold = fuzz__one_in(fuzz, 8),
		.down = fuzz__one_in(fuzz, 4),
	};

	wire__set_faults(&fuzz->testbed.wires[0], &faults);
}
