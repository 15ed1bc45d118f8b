/* SPDX-License-Identifier: MIT */
/*
 * The messages of the vfio-user protocol, version 0.0, as far as they are used here (QEMU's
 * docs/interop/vfio-user.rst describes them). All fields are in the host's byte order.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdint.h>

enum message_command {
	MESSAGE_VERSION = 1,
	MESSAGE_DMA_MAP = 2,
	MESSAGE_DMA_UNMAP = 3,
	MESSAGE_DEVICE_INFO = 4,
	MESSAGE_REGION_INFO = 5,
	MESSAGE_IRQ_INFO = 7,
	MESSAGE_SET_IRQS = 8,
	MESSAGE_REGION_READ = 9,
	MESSAGE_REGION_WRITE = 10,
	MESSAGE_DEVICE_RESET = 13,
};

#define MESSAGE_TYPE		0xfu
#define MESSAGE_REQUEST		0x0u
#define MESSAGE_REPLY		0x1u
#define MESSAGE_NO_REPLY	(1u << 4)
#define MESSAGE_ERROR		(1u << 5)

struct message_header {
	uint16_t id, command;
	uint32_t bytes;			/* of the message, this header too */
	uint32_t flags;
	uint32_t error;			/* an errno */
};

struct message_version {
	uint16_t major, minor;
	char capabilities[];		/* JSON, ends with NUL */
};

#define MESSAGE_DMA_READABLE	(1u << 0)
#define MESSAGE_DMA_WRITABLE	(1u << 1)

struct message_dma_map {
	uint32_t argsz, flags;
	uint64_t offset, address, size;
};

#define MESSAGE_UNMAP_ALL	(1u << 1)

struct message_dma_unmap {
	uint32_t argsz, flags;
	uint64_t address, size;
};

#define MESSAGE_DEVICE_CAN_RESET (1u << 0)
#define MESSAGE_DEVICE_IS_PCI	(1u << 1)

struct message_device_info {
	uint32_t argsz, flags, regions, irqs;
};

#define MESSAGE_REGION_READABLE	(1u << 0)
#define MESSAGE_REGION_WRITABLE	(1u << 1)

struct message_region_info {
	uint32_t argsz, flags, index, capabilities;
	uint64_t size, offset;
};

/* VFIO's numbers of a PCI device's kinds of interrupt: INTx, MSI, MSI-X, errors, requests. */
enum { MESSAGE_IRQ_MSIX = 2, MESSAGE_IRQS = 5 };

#define MESSAGE_IRQ_EVENTFD	(1u << 0)

struct message_irq_info {
	uint32_t argsz, flags, index, count;
};

#define MESSAGE_IRQ_NONE	(1u << 0)
#define MESSAGE_IRQ_BOOL	(1u << 1)
#define MESSAGE_IRQ_EVENTFDS	(1u << 2)
#define MESSAGE_IRQ_DATA	(MESSAGE_IRQ_NONE | MESSAGE_IRQ_BOOL | MESSAGE_IRQ_EVENTFDS)
#define MESSAGE_IRQ_MASK	(1u << 3)
#define MESSAGE_IRQ_UNMASK	(1u << 4)
#define MESSAGE_IRQ_TRIGGER	(1u << 5)
#define MESSAGE_IRQ_ACTION	(MESSAGE_IRQ_MASK | MESSAGE_IRQ_UNMASK | MESSAGE_IRQ_TRIGGER)

struct message_set_irqs {
	uint32_t argsz, flags, index, start, count;
	uint8_t chosen[];		/* with MESSAGE_IRQ_BOOL: one byte a vector */
};

struct message_region_access {
	uint64_t offset;
	uint32_t region, count;
	uint8_t data[];
};

/* What a message may carry. QEMU reads the whole configuration space in one. */
#define MESSAGE_DATA_MAX	4096
#define MESSAGE_FDS_MAX		16
#define MESSAGE_BYTES_MAX	(sizeof(struct message_header) + \
				 sizeof(struct message_region_access) + MESSAGE_DATA_MAX)

#endif
