// SPDX-License-Identifier: MIT
#include "hops.h"

const struct transport *const transports[] = { &transport_memif, &transport_dpdk_ring, NULL };
