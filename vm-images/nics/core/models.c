// SPDX-License-Identifier: MIT
#include <string.h>

#include "models.h"

/* MODELS: the models of the Makefile, as MODEL(ixgbe) MODEL(i40e). */
#define MODEL(name) extern const struct nic_model name##_model;
MODELS
#undef MODEL

#define MODEL(name) &name##_model,
static const struct nic_model *const models[] = { MODELS };

const struct nic_model *models__at(unsigned int index)
{
	return index < sizeof(models) / sizeof(*models) ? models[index] : NULL;
}

const struct nic_model *models__find(const char *name)
{
	const struct nic_model *model;

	for (unsigned int i = 0; (model = models__at(i)); i++) {
		if (!strcmp(model->name, name))
			return model;
	}
	return NULL;
}
