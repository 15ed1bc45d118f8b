/* SPDX-License-Identifier: MIT */
#ifndef SHIM_SKBUFF_H
#define SHIM_SKBUFF_H

#include <net/xdp.h>

struct xsk_tx_metadata_compl {
	u64 *tx_timestamp;
};

#define MAX_SKB_FRAGS		17
#define SKB_DATA_ALIGN(n)	(((n) + 63) & ~63ul)

#endif
