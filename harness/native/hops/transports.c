// SPDX-License-Identifier: MIT
#include "hops.h"

const struct transport *const transports[] = {
	&transport_flash, &transport_veth, &transport_vf, &transport_spsc, &transport_af_packet, NULL,
};
