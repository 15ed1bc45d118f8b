// SPDX-License-Identifier: MIT
/* The life of a port, and what nic.h promises a model. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"

int port__create(struct nic *nic, const struct nic_model *model, unsigned int number,
		 const uint8_t *mac, struct loop *loop)
{
	int err;

	*nic = (struct nic) { .model = model, .number = number, .loop = loop };
	memcpy(nic->mac, mac, sizeof(nic->mac));
	err = pci__create(&nic->pci, model, mac);
	if (err)
		return err;
	nic->state = calloc(1, model->state_bytes ? model->state_bytes : 1);
	if (!nic->state)
		return -ENOMEM;
	err = interrupts__create(&nic->interrupts, model->msix.vectors);
	if (err) {
		free(nic->state);
		return err;
	}
	port__reset(nic, NIC_RESET_POWER);
	return 0;
}

void port__destroy(struct nic *nic)
{
	interrupts__destroy(&nic->interrupts);
	dma_map__destroy(&nic->dma);
	free(nic->state);
}

void port__reset(struct nic *nic, enum nic_reset kind)
{
	pci__reset(&nic->pci);
	timers__clear(&nic->timers);
	interrupts__reset(&nic->interrupts);
	nic->scheduled = false;
	nic->resets++;
	nic->model->reset(nic, kind);
	/* Frames that the device had no room for are offered to what it is now. */
	nic__room(nic);
}

void port__disconnect(struct nic *nic)
{
	interrupts__clear(&nic->interrupts);
	dma_map__clear(&nic->dma);
	port__reset(nic, NIC_RESET_POWER);
}

void port__run_timers(struct nic *nic)
{
	/* As many as there are: a timer that sets itself anew waits for the next pass. */
	for (unsigned int i = 0; i < NIC_TIMERS; i++) {
		unsigned int timer = timers__expire(&nic->timers, nic->loop->now);

		if (timer == NIC_TIMERS)
			return;
		nic->model->timer(nic, timer);
	}
}

void port__run_work(struct nic *nic)
{
	if (!nic->scheduled)
		return;
	nic->scheduled = false;
	if (nic->model->work(nic))
		nic->scheduled = true;
}

void *nic__state(struct nic *nic)
{
	return nic->state;
}

const uint8_t *nic__mac(const struct nic *nic)
{
	return nic->mac;
}

bool nic__link(const struct nic *nic)
{
	return nic->wire && wire__has_link(nic->wire);
}

void nic__schedule(struct nic *nic)
{
	nic->scheduled = true;
}

void nic__room(struct nic *nic)
{
	if (nic->wire)
		wire__offer_again(nic->wire, nic->side);
}

void nic__interrupt(struct nic *nic, unsigned int vector)
{
	if (vector < nic->interrupts.count)
		interrupts__send(&nic->interrupts, vector);
	else
		nic__warn(nic, "MSI-X vector %u of %u", vector, nic->interrupts.count);
}

void nic__set_timer(struct nic *nic, unsigned int timer, uint64_t ns)
{
	timers__set(&nic->timers, timer, ns ? nic->loop->now + ns : 0);
}

bool nic__timer_is_set(const struct nic *nic, unsigned int timer)
{
	return nic->timers.due[timer];
}

uint64_t nic__now(const struct nic *nic)
{
	return nic->loop->now;
}

bool nic__transmit(struct nic *nic, const void *frame, size_t bytes)
{
	return !nic->wire || wire__send(nic->wire, nic->side, frame, bytes);
}

void nic__warn(struct nic *nic, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	warnings__print(&nic->warnings, nic->number, nic->model->name, format, arguments);
	va_end(arguments);
}
