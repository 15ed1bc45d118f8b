/* SPDX-License-Identifier: MIT */
/* The host memory cache: where in guest memory the contexts of the queues are. */
#ifndef I40E_HMC_H
#define I40E_HMC_H

#include <stdbool.h>
#include <stdint.h>

struct i40e;
struct rx_ring;
struct tx_ring;

/* PFHMC_SDCMD. */
void i40e_hmc__command(struct i40e *chip, uint32_t value);
/* Reads a queue's context and checks it. Return: whether the queue can be in service. */
bool i40e_hmc__load_tx(struct i40e *chip, unsigned int queue, struct tx_ring *ring);
bool i40e_hmc__load_rx(struct i40e *chip, unsigned int queue, struct rx_ring *ring);

#endif
