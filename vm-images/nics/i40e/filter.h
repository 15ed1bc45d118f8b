/* SPDX-License-Identifier: MIT */
/* Which VSI takes a frame. */
#ifndef I40E_FILTER_H
#define I40E_FILTER_H

#include <stdbool.h>
#include <stdint.h>

struct i40e;
struct i40e_filter;
struct i40e_vsi;

/* Return: 0, also when it was there; -ENOSPC. */
int i40e_filter__add(struct i40e *chip, const struct i40e_filter *filter);
bool i40e_filter__remove(struct i40e *chip, const struct i40e_filter *filter);
void i40e_filter__remove_vsi(struct i40e *chip, unsigned int vsi);
/* @vlan: 0 for a frame without a tag. Return: the VSI that takes it, NULL: none does. */
struct i40e_vsi *i40e_filter__match(struct i40e *chip, const uint8_t *address, uint16_t vlan);

#endif
