// SPDX-License-Identifier: MIT
#include "hops.h"

const struct via *const vias[] = { &via_flash, &via_veth, &via_vf, &via_spsc, &via_packet, NULL };
