// SPDX-License-Identifier: MIT
#include <string.h>

#include "fuzz.h"

/* MODELS: the models of the Makefile, as MODEL(ixgbe) MODEL(i40e). */
#define MODEL(name) extern const struct fuzz_model name##_fuzz;
MODELS
#undef MODEL

#define MODEL(name) &name##_fuzz,
static const struct fuzz_model *const models[] = { MODELS };

const struct fuzz_model *fuzz_model__find(const char *name)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
		if (!strcmp(models[i]->nic->name, name))
			return models[i];
	}
	return NULL;
}
