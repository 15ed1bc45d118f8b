/* SPDX-License-Identifier: MIT */
/* Transmit rings. */
#ifndef I40E_TX_H
#define I40E_TX_H

#include <stdbool.h>

struct i40e;

/* One bounded pass over all rings. Return: whether there is more to send. */
bool i40e_tx__work(struct i40e *chip);

#endif
