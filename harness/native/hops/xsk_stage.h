/* SPDX-License-Identifier: MIT */
/*
 * A stage that receives on one AF_XDP socket and sends on one, or the same: the part of
 * transport_flash, transport_veth and transport_vf that moves packets, for a struct transport to
 * refer to.
 */
#ifndef XSK_STAGE_H
#define XSK_STAGE_H

#include "flash_xsk.h"
#include "hops.h"

struct xsk_stage {
	struct flash_socket *in, *out;	/* a source has no in, a sink no out */
	struct flash_frames *frames;	/* of both */
	enum hops_wait wait;
	uint32_t bytes;
};

/* As the options say, for whoever opens the sockets of a stage. */
int xsk_stage__create_umem(struct flash_umem **umem, const struct hops_options *options,
			   uint32_t frames);
struct flash_socket_opts xsk_stage__socket_opts(const struct hops_options *options,
						const char *ifname, uint32_t queue);

/* There is one in a process. */
void xsk_stage__set(const struct xsk_stage *stage);

uint32_t xsk_stage__receive(struct packet *packets, uint32_t max);
uint32_t xsk_stage__allocate(struct packet *packets, uint32_t max);
uint32_t xsk_stage__send(const struct packet *packets, uint32_t count);
void xsk_stage__release(const struct packet *packets, uint32_t count);
void xsk_stage__wait(bool for_packets, bool for_room);

#endif
