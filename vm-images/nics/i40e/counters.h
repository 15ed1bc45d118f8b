/* SPDX-License-Identifier: MIT */
/* What the users of the model are told. */
#ifndef I40E_COUNTERS_H
#define I40E_COUNTERS_H

#include <stddef.h>

#include "core/nic.h"

struct i40e;

/* Return: how many of at most @room were filled. */
size_t i40e_counters__list(const struct i40e *chip, struct nic_counter *counters, size_t room);

#endif
