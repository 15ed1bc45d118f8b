/* SPDX-License-Identifier: MIT */
/* A port: a model with its state, and everything the core keeps for it. */
#ifndef PORT_H
#define PORT_H

#include "core/memory/dma_map.h"
#include "core/pci/interrupts.h"
#include "core/pci/pci.h"
#include "core/wire/wire.h"
#include "loop.h"
#include "nic.h"
#include "timers.h"
#include "warnings.h"

struct nic {
	const struct nic_model *model;
	void *state;
	unsigned int number;
	uint8_t mac[6];
	struct loop *loop;		/* for the time */
	struct pci pci;
	struct dma_map dma;
	struct interrupts interrupts;
	struct timers timers;
	struct wire *wire;		/* NULL: none */
	unsigned int side;		/* which of its ends this port is */
	bool scheduled;
	struct warnings warnings;
	uint64_t resets;
};

/* Makes a port, as after power-on. Return: 0, or -errno: the model is impossible, or no memory. */
int port__create(struct nic *nic, const struct nic_model *model, unsigned int number,
		 const uint8_t *mac, struct loop *loop);
void port__destroy(struct nic *nic);

/* The device and its registers; guest memory and eventfds are the client's and stay. */
void port__reset(struct nic *nic, enum nic_reset kind);
/* The client is gone, and with it all that it passed. */
void port__disconnect(struct nic *nic);

/* Calls the model for the timers that have run out. */
void port__run_timers(struct nic *nic);
/* Calls work() once if it is wanted. */
void port__run_work(struct nic *nic);

#endif
