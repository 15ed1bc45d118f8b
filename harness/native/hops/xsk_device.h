/* SPDX-License-Identifier: MIT */
/*
 * A stage that receives and sends on queue 0 of devices, with a UMEM of its own: the part of
 * transport_veth and transport_vf that sets it up. Says on stderr what failed.
 */
#ifndef XSK_DEVICE_H
#define XSK_DEVICE_H

#include "hops.h"

/* In the launcher, before there is anything to undo: whether it was told @ifnames and a program. */
int xsk_device__check(const struct hops_options *options, const char *transport, uint32_t ifnames);

/*
 * Opens the sockets and attaches bpf/xsk_redirect.bpf.c. A source has no @from, a sink no @to; if the
 * two are one device, one socket does both.
 */
int xsk_device__join(const struct hops_options *options, const char *transport, uint32_t stage,
		     const char *from, const char *to);

#endif
