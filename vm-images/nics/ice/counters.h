/* SPDX-License-Identifier: MIT */
/* What the users of the model are told. */
#ifndef ICE_COUNTERS_H
#define ICE_COUNTERS_H

#include <stddef.h>

#include "core/nic.h"

struct ice;

/* Return: how many of at most @room were filled. */
size_t ice_counters__list(const struct ice *chip, struct nic_counter *counters, size_t room);

#endif
