/* SPDX-License-Identifier: MIT */
/* What is done to a packet on its way out: checksums, segmentation, the VLAN tag. */
#ifndef MLX5_OFFLOAD_H
#define MLX5_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"

/* As a WQE asks for it. */
struct mlx5_offload {
	bool ip_checksum, l4_checksum;
	bool segments;			/* cut what follows the headers into parts of mss */
	uint32_t mss;
	size_t headers;			/* bytes */
	bool tagged;
	uint16_t tag_type, tag;
};

/* How many frames the packet becomes; 0: it is impossible. */
unsigned int mlx5_offload__frames(const struct mlx5_offload *offload, const uint8_t *packet,
				  size_t bytes);
/* One of them. Returns its bytes. */
size_t mlx5_offload__frame(const struct mlx5_offload *offload, const uint8_t *packet, size_t bytes,
			   unsigned int index, uint8_t frame[NIC_FRAME_MAX]);

#endif
