/* SPDX-License-Identifier: MIT */
/* The Intel 82599, as the core and the tests take it. */
#ifndef IXGBE_MODEL_H
#define IXGBE_MODEL_H

#include "core/nic.h"

extern const struct nic_model ixgbe_model;

#endif
