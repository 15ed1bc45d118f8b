/* SPDX-License-Identifier: MIT */
/*
 * Contexts of queues of the XL710 and the E810: what a driver says about a ring (XL710 datasheet,
 * sections 8.3 and 8.4; ice_common.c: ice_tlan_ctx_info, ice_rlan_ctx_info).
 */
#ifndef INTEL_QUEUE_CONTEXT_H
#define INTEL_QUEUE_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "frame/bytes.h"

#define CONTEXT_BASE_UNIT 128u
#define CONTEXT_LENGTH_MIN 8u
#define CONTEXT_LENGTH_MAX 8160u

/* A field, which need not start in a byte: @width at most 57. Looks at 8 bytes. */
static inline uint64_t context__field(const uint8_t *context, unsigned int low, unsigned int width)
{
	return bits(le64(context + low / 8), low % 8, width);
}

static inline bool context__ring_is_possible(uint64_t length, uint64_t head)
{
	return length >= CONTEXT_LENGTH_MIN && length <= CONTEXT_LENGTH_MAX && head < length;
}

#endif
