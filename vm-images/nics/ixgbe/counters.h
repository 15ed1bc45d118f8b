/* SPDX-License-Identifier: MIT */
/* What the users of the model are told. */
#ifndef IXGBE_COUNTERS_H
#define IXGBE_COUNTERS_H

#include <stddef.h>

#include "core/nic.h"

struct ixgbe;

/* Return: how many of at most @room were filled. */
size_t ixgbe_counters__list(struct ixgbe *chip, struct nic_counter *counters, size_t room);

#endif
