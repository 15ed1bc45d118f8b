/* SPDX-License-Identifier: MIT */
/* Receive side scaling: from a TIR to an RQ. */
#ifndef MLX5_RSS_H
#define MLX5_RSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"

struct mlx5;
struct mlx5_tir;

/* MLX5_RX_HASH_FN_*. */
#define MLX5_HASH_NONE 0
#define MLX5_HASH_XOR8 1
#define MLX5_HASH_TOEPLITZ 2

struct mlx5_rss {
	uint32_t rq;
	uint32_t hash;
	uint8_t type;			/* rss_hash_type of a CQE; 0: there is no hash */
};

struct mlx5_rss mlx5_rss__choose(const struct mlx5 *chip, const struct mlx5_tir *tir,
				 const struct mlx5_packet *packet, const uint8_t *frame);

#endif
