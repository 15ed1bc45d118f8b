// SPDX-License-Identifier: MIT
/* Every field is checked here, before a port sees it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/port.h"
#include "regions.h"
#include "requests.h"

/* Coalesced writes and migration are not among them: the client then does without. */
#define CAPABILITIES "{\"capabilities\":{\"max_msg_fds\":%u,\"max_data_xfer_size\":%u," \
		     "\"max_dma_maps\":%u,\"pgsizes\":4096}}"

/* Return: room for an answer, zeroed. */
static void *reply__put(struct reply *reply, size_t bytes)
{
	reply->bytes = bytes;
	return memset(reply->payload, 0, bytes);
}

static int request__version(bool *negotiated, const struct request *request, struct reply *reply)
{
	const struct message_version *wanted = request->payload;
	const char *data = request->payload;
	struct message_version *version;

	if (*negotiated || request->bytes < sizeof(*wanted) ||
	    (request->bytes > sizeof(*wanted) && data[request->bytes - 1]))
		return -EINVAL;
	if (wanted->major)
		return -ENOTSUP;

	version = reply__put(reply, sizeof(*version));
	reply->bytes += snprintf(version->capabilities, 256, CAPABILITIES, MESSAGE_FDS_MAX,
				 MESSAGE_DATA_MAX, DMA_MAPPINGS_MAX) + 1;
	*negotiated = true;
	return 0;
}

static int request__dma_map(struct nic *nic, const struct request *request)
{
	const struct message_dma_map *wanted = request->payload;
	struct dma_mapping mapping;

	if (request->bytes != sizeof(*wanted) || wanted->argsz < sizeof(*wanted) ||
	    wanted->flags & ~(MESSAGE_DMA_READABLE | MESSAGE_DMA_WRITABLE) || request->fd_count > 1)
		return -EINVAL;
	mapping = (struct dma_mapping) {
		.address = wanted->address,
		.size = wanted->size,
		.readable = wanted->flags & MESSAGE_DMA_READABLE,
		.writable = wanted->flags & MESSAGE_DMA_WRITABLE,
	};
	return dma_map__add(&nic->dma, &mapping, request->fd_count ? request->fds[0] : -1,
			    wanted->offset);
}

static int request__dma_unmap(struct nic *nic, const struct request *request, struct reply *reply)
{
	const struct message_dma_unmap *wanted = request->payload;
	int err = 0;

	if (request->bytes != sizeof(*wanted) || wanted->argsz < sizeof(*wanted) ||
	    wanted->flags & ~MESSAGE_UNMAP_ALL)
		return -EINVAL;
	if (!(wanted->flags & MESSAGE_UNMAP_ALL))
		err = dma_map__remove(&nic->dma, wanted->address, wanted->size);
	else if (wanted->address || wanted->size)
		err = -EINVAL;
	else
		dma_map__clear(&nic->dma);
	if (!err)
		memcpy(reply__put(reply, sizeof(*wanted)), wanted, sizeof(*wanted));
	return err;
}

static int request__device_info(const struct request *request, struct reply *reply)
{
	const struct message_device_info *wanted = request->payload;
	struct message_device_info *info;

	if (request->bytes < sizeof(*wanted) || wanted->argsz < sizeof(*wanted))
		return -EINVAL;
	info = reply__put(reply, sizeof(*info));
	info->argsz = sizeof(*info);
	info->flags = MESSAGE_DEVICE_CAN_RESET | MESSAGE_DEVICE_IS_PCI;
	info->regions = REGIONS;
	info->irqs = MESSAGE_IRQS;
	return 0;
}

static int request__region_info(const struct nic *nic, const struct request *request,
				struct reply *reply)
{
	const struct message_region_info *wanted = request->payload;
	struct message_region_info *info;

	if (request->bytes < sizeof(*wanted) || wanted->argsz < sizeof(*wanted) ||
	    wanted->index >= REGIONS)
		return -EINVAL;
	info = reply__put(reply, sizeof(*info));
	info->argsz = sizeof(*info);
	info->index = wanted->index;
	info->size = region__size(nic, wanted->index);
	if (info->size)
		info->flags = MESSAGE_REGION_READABLE | MESSAGE_REGION_WRITABLE;
	return 0;
}

static unsigned int irq__count(const struct nic *nic, unsigned int index)
{
	return index == MESSAGE_IRQ_MSIX ? nic->interrupts.count : 0;
}

static int request__irq_info(const struct nic *nic, const struct request *request,
			     struct reply *reply)
{
	const struct message_irq_info *wanted = request->payload;
	struct message_irq_info *info;

	if (request->bytes < sizeof(*wanted) || wanted->argsz < sizeof(*wanted) ||
	    wanted->index >= MESSAGE_IRQS)
		return -EINVAL;
	info = reply__put(reply, sizeof(*info));
	info->argsz = sizeof(*info);
	info->index = wanted->index;
	info->count = irq__count(nic, wanted->index);
	/* Vectors are set one by one, and masked by the client in its own table. */
	if (info->count)
		info->flags = MESSAGE_IRQ_EVENTFD;
	return 0;
}

static bool flags__are_one(uint32_t flags)
{
	return flags && !(flags & (flags - 1));
}

static bool set_irqs__is_valid(const struct nic *nic, const struct request *request)
{
	const struct message_set_irqs *wanted = request->payload;
	uint32_t count;

	if (request->bytes < sizeof(*wanted) || wanted->argsz < sizeof(*wanted) ||
	    wanted->argsz > request->bytes || wanted->index >= MESSAGE_IRQS ||
	    wanted->flags & ~(MESSAGE_IRQ_DATA | MESSAGE_IRQ_ACTION) ||
	    !flags__are_one(wanted->flags & MESSAGE_IRQ_DATA) ||
	    !flags__are_one(wanted->flags & MESSAGE_IRQ_ACTION))
		return false;
	count = irq__count(nic, wanted->index);
	if (wanted->start > count || wanted->count > count - wanted->start)
		return false;
	if (!wanted->count && wanted->flags != (MESSAGE_IRQ_NONE | MESSAGE_IRQ_TRIGGER))
		return false;
	if (wanted->flags & MESSAGE_IRQ_BOOL && request->bytes - sizeof(*wanted) < wanted->count)
		return false;
	if (!(wanted->flags & MESSAGE_IRQ_EVENTFDS))
		return !request->fd_count;
	/* All vectors get an eventfd, or all of them lose theirs. */
	return wanted->flags & MESSAGE_IRQ_TRIGGER &&
	       (!request->fd_count || request->fd_count == wanted->count);
}

static int set_irqs__eventfds(struct nic *nic, const struct request *request)
{
	const struct message_set_irqs *wanted = request->payload;

	for (uint32_t i = 0; i < wanted->count; i++) {
		int err = interrupts__set(&nic->interrupts, wanted->start + i,
					  request->fd_count ? request->fds[i] : -1);

		if (err)
			return err;
		if (request->fd_count)
			request->fds[i] = -1;
	}
	return 0;
}

static int request__set_irqs(struct nic *nic, const struct request *request)
{
	const struct message_set_irqs *wanted = request->payload;

	if (!set_irqs__is_valid(nic, request))
		return -EINVAL;
	if (wanted->flags & MESSAGE_IRQ_EVENTFDS)
		return set_irqs__eventfds(nic, request);

	/* No data, no vectors: all of them lose their eventfds. */
	for (uint32_t i = 0; !wanted->count && i < irq__count(nic, wanted->index); i++)
		interrupts__set(&nic->interrupts, i, -1);
	for (uint32_t i = 0; i < wanted->count; i++) {
		if (wanted->flags & MESSAGE_IRQ_BOOL && !wanted->chosen[i])
			continue;
		if (wanted->flags & MESSAGE_IRQ_TRIGGER)
			interrupts__send(&nic->interrupts, wanted->start + i);
		else
			interrupts__mask(&nic->interrupts, wanted->start + i,
					 wanted->flags & MESSAGE_IRQ_MASK);
	}
	return 0;
}

static int request__region_read(struct nic *nic, const struct request *request,
				struct reply *reply)
{
	const struct message_region_access *wanted = request->payload;
	struct message_region_access *answer;
	int err;

	if (request->bytes != sizeof(*wanted) || wanted->count > MESSAGE_DATA_MAX)
		return -EINVAL;
	answer = reply__put(reply, sizeof(*answer) + wanted->count);
	*answer = *wanted;
	err = region__read(nic, wanted->region, wanted->offset, answer->data, wanted->count);
	return err;
}

static int request__region_write(struct nic *nic, const struct request *request,
				 struct reply *reply)
{
	const struct message_region_access *wanted = request->payload;
	int err;

	if (request->bytes < sizeof(*wanted) || request->bytes - sizeof(*wanted) != wanted->count)
		return -EINVAL;
	err = region__write(nic, wanted->region, wanted->offset, wanted->data, wanted->count);
	if (!err)
		memcpy(reply__put(reply, sizeof(*wanted)), wanted, sizeof(*wanted));
	return err;
}

static int request__device_reset(struct nic *nic, const struct request *request)
{
	if (request->bytes)
		return -EINVAL;
	port__reset(nic, NIC_RESET_POWER);
	return 0;
}

static bool command__takes_fds(unsigned int command)
{
	return command == MESSAGE_DMA_MAP || command == MESSAGE_SET_IRQS;
}

int request__run(struct nic *nic, bool *negotiated, const struct request *request,
		 struct reply *reply)
{
	reply->bytes = 0;
	if (request->command != MESSAGE_VERSION && !*negotiated)
		return -EINVAL;
	if (request->fd_count && !command__takes_fds(request->command))
		return -EINVAL;

	switch (request->command) {
	case MESSAGE_VERSION:
		return request__version(negotiated, request, reply);
	case MESSAGE_DMA_MAP:
		return request__dma_map(nic, request);
	case MESSAGE_DMA_UNMAP:
		return request__dma_unmap(nic, request, reply);
	case MESSAGE_DEVICE_INFO:
		return request__device_info(request, reply);
	case MESSAGE_REGION_INFO:
		return request__region_info(nic, request, reply);
	case MESSAGE_IRQ_INFO:
		return request__irq_info(nic, request, reply);
	case MESSAGE_SET_IRQS:
		return request__set_irqs(nic, request);
	case MESSAGE_REGION_READ:
		return request__region_read(nic, request, reply);
	case MESSAGE_REGION_WRITE:
		return request__region_write(nic, request, reply);
	case MESSAGE_DEVICE_RESET:
		return request__device_reset(nic, request);
	default:
		return -ENOTSUP;
	}
}
