// SPDX-License-Identifier: MIT
#include <string.h>

#include "models.h"

/* Weak: a model whose folder was not compiled in is a null pointer here. */
extern const struct nic_model ixgbe_model __attribute__((weak));
extern const struct nic_model i40e_model __attribute__((weak));
extern const struct nic_model echo_model __attribute__((weak));

static const struct nic_model *const models[] = { &ixgbe_model, &i40e_model, &echo_model };

const struct nic_model *models__at(unsigned int index)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
		if (models[i] && !index--)
			return models[i];
	}
	return NULL;
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
