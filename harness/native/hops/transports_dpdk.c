// SPDX-License-Identifier: MIT
#include "hops.h"

const struct via *const vias[] = { &via_memif, &via_ring, NULL };
