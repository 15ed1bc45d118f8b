// SPDX-License-Identifier: MIT
#include "hops.h"

const struct transport *const transports[] = { &transport_memif, &transport_ring, NULL };
