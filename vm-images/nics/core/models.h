/* SPDX-License-Identifier: MIT */
/* The models that this program was built with. */
#ifndef MODELS_H
#define MODELS_H

#include "nic.h"

/* Return: the model of that name, or NULL. */
const struct nic_model *models__find(const char *name);
/* The @index-th; NULL: there are no more. */
const struct nic_model *models__at(unsigned int index);

#endif
