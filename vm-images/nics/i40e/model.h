/* SPDX-License-Identifier: MIT */
/* The Intel XL710, as the core and the tests take it. */
#ifndef I40E_MODEL_H
#define I40E_MODEL_H

#include "core/nic.h"

extern const struct nic_model i40e_model;

#endif
