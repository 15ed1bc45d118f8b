// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/protocol/regions.h"
#include "fuzz.h"

#define PAGE 4096

static void fuzz__map_memory(struct fuzz *fuzz)
{
	const struct message_dma_map map = {
		.argsz = sizeof(map), .flags = MESSAGE_DMA_READABLE | MESSAGE_DMA_WRITABLE,
		.offset = PAGE, .address = FUZZ_BASE, .size = FUZZ_BYTES,
	};

	client__ask(fuzz->client, MESSAGE_DMA_MAP, &map, sizeof(map), &fuzz->memory_fd, 1);
}

static void fuzz__set_events(struct fuzz *fuzz)
{
	struct message_set_irqs set = {
		.argsz = sizeof(set), .flags = MESSAGE_IRQ_EVENTFDS | MESSAGE_IRQ_TRIGGER,
		.index = MESSAGE_IRQ_MSIX, .count = MESSAGE_FDS_MAX,
	};

	if (set.count > fuzz->model->nic->msix.vectors)
		set.count = fuzz->model->nic->msix.vectors;
	client__ask(fuzz->client, MESSAGE_SET_IRQS, &set, sizeof(set), fuzz->events, set.count);
}

void fuzz__connect(struct fuzz *fuzz)
{
	if (fuzz->client)
		client__destroy(fuzz->client);
	fuzz->client = client__connect(&fuzz->testbed);
	fuzz__map_memory(fuzz);
	fuzz__set_events(fuzz);
	client__write(fuzz->client, REGION_CONFIG, PCI_COMMAND,
		      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
	/* It was a card of this kind that answered. */
	if (client__read(fuzz->client, REGION_CONFIG, PCI_DEVICE, 2) != fuzz->model->nic->device)
		abort();
}

/* A payload that is right but for some bytes. Return: its length. */
static size_t fuzz__compose(struct fuzz *fuzz, uint16_t command, uint32_t *payload)
{
	size_t bytes = fuzz__below(fuzz, 64);

	for (size_t i = 0; i < 32; i++)
		payload[i] = fuzz__one_in(fuzz, 3) ? fuzz__random(fuzz) : fuzz__below(fuzz, 40);
	switch (command) {
	case MESSAGE_DMA_MAP:
		payload[0] = bytes = sizeof(struct message_dma_map);
		payload[1] = fuzz__below(fuzz, 4);
		*(uint64_t *)&payload[2] = fuzz__below(fuzz, 4) * PAGE;
		*(uint64_t *)&payload[4] = fuzz__address(fuzz) & -(uint64_t)PAGE;
		*(uint64_t *)&payload[6] = fuzz__below(fuzz, FUZZ_BYTES / PAGE + 4) * PAGE;
		break;
	case MESSAGE_DMA_UNMAP:
		payload[0] = bytes = sizeof(struct message_dma_unmap);
		payload[1] = fuzz__one_in(fuzz, 4) ? MESSAGE_UNMAP_ALL : 0;
		*(uint64_t *)&payload[2] = payload[1] ? 0 : FUZZ_BASE;
		*(uint64_t *)&payload[4] = payload[1] ? 0 : FUZZ_BYTES;
		break;
	case MESSAGE_SET_IRQS:
		payload[0] = bytes = sizeof(struct message_set_irqs);
		payload[1] = 1u << fuzz__below(fuzz, 3) | 8u << fuzz__below(fuzz, 3);
		payload[2] = MESSAGE_IRQ_MSIX;
		payload[3] = fuzz__below(fuzz, 20);
		payload[4] = fuzz__below(fuzz, 20);
		break;
	case MESSAGE_REGION_READ:
	case MESSAGE_REGION_WRITE:
		bytes = sizeof(struct message_region_access);
		*(uint64_t *)&payload[0] = fuzz__one_in(fuzz, 4) ? fuzz__random(fuzz) :
					   fuzz__below(fuzz, 1 << 20);
		payload[2] = fuzz__below(fuzz, 9);
		payload[3] = fuzz__below(fuzz, 20);
		if (command == MESSAGE_REGION_WRITE)
			bytes += payload[3];
		break;
	}
	if (fuzz__one_in(fuzz, 4))
		payload[fuzz__below(fuzz, 8)] = fuzz__random(fuzz);
	if (fuzz__one_in(fuzz, 8))
		bytes = fuzz__below(fuzz, 64);
	return bytes;
}

static void fuzz__send_garbage(struct fuzz *fuzz)
{
	uint64_t garbage[16];

	for (size_t i = 0; i < 16; i++)
		garbage[i] = fuzz__random(fuzz) >> fuzz__below(fuzz, 64);
	client__send(fuzz->client, garbage, 1 + fuzz__below(fuzz, sizeof(garbage)), fuzz->events,
		     fuzz__below(fuzz, 4));
	client__receive(fuzz->client);
	fuzz__connect(fuzz);
}

void fuzz__send_message(struct fuzz *fuzz)
{
	uint16_t command = fuzz__below(fuzz, 18);
	_Alignas(8) uint32_t payload[32];
	int fds[MESSAGE_FDS_MAX + 4];
	unsigned int fd_count = 0;
	size_t bytes;

	if (fuzz__one_in(fuzz, 10)) {
		fuzz__send_garbage(fuzz);
		return;
	}
	bytes = fuzz__compose(fuzz, command, payload);
	if (fuzz__one_in(fuzz, 2))
		fd_count = fuzz__below(fuzz, fuzz__one_in(fuzz, 4) ? MESSAGE_FDS_MAX + 4 : 3);
	if (command == MESSAGE_SET_IRQS && payload[4] <= MESSAGE_FDS_MAX && fuzz__one_in(fuzz, 2))
		fd_count = payload[4];
	for (unsigned int i = 0; i < fd_count; i++)
		fds[i] = fuzz__one_in(fuzz, 8) || command == MESSAGE_DMA_MAP ? fuzz->other_fd :
			 fuzz->events[i % MESSAGE_FDS_MAX];
	client__ask(fuzz->client, command, payload, bytes, fds, fd_count);

	/* Mostly there is memory again afterwards; mapping it where it is already does no harm. */
	if (!fuzz__one_in(fuzz, 4))
		fuzz__map_memory(fuzz);
}
