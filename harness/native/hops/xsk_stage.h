/* SPDX-License-Identifier: MIT */
/*
 * A stage that receives on one AF_XDP socket and sends on one, or the same: the part of
 * transport_flash, transport_veth and transport_vf that moves packets, for a struct transport to
 * refer to.
 */
#ifndef XSK_STAGE_H
#define XSK_STAGE_H

#include "../xsk/flash_xsk.h"

struct xsk_stage {
	struct port *in, *out;		/* a source has no in, a sink no out */
	struct frames *frames;		/* of both */
	enum hops_wait wait;
	uint32_t bytes;
};

/* There is one in a process. */
void xsk_stage__set(const struct xsk_stage *stage);

uint32_t xsk_stage__receive(struct packet *packets, uint32_t max);
uint32_t xsk_stage__allocate(struct packet *packets, uint32_t max);
uint32_t xsk_stage__send(const struct packet *packets, uint32_t count);
void xsk_stage__release(const struct packet *packets, uint32_t count);
void xsk_stage__wait(bool for_packets, bool for_room);

#endif
