/* SPDX-License-Identifier: MIT */
/* The Intel E810, for its tests and its fuzzer. */
#ifndef ICE_MODEL_H
#define ICE_MODEL_H

#include "core/nic.h"

extern const struct nic_model ice_model;

#endif
