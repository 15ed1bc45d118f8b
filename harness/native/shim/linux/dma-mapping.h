/* SPDX-License-Identifier: MIT */
#ifndef SHIM_DMA_MAPPING_H
#define SHIM_DMA_MAPPING_H

#include <linux/types.h>

/* There is no device. */
#define dma_sync_single_for_cpu(...)	((void)0)
#define dma_sync_single_for_device(...)	((void)0)

#endif
