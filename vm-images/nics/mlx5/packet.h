/* SPDX-License-Identifier: MIT */
/*
 * A frame's headers, as the device finds them: in frames that arrive, for steering, hashing and the
 * completion, and in those that are sent, for checksums and segmentation.
 */
#ifndef MLX5_PACKET_H
#define MLX5_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mlx5_packet {
	bool cvlan, svlan;		/* which kind the outer tag is of */
	uint16_t tag;			/* the outer one */
	uint16_t ethertype;		/* behind the tags */
	unsigned int ip_version;	/* 0: not IP */
	bool fragment, routed;		/* the latter: IPv6 with a routing header */
	uint8_t protocol;
	size_t l3;			/* where Ethernet and its tags end */
	size_t l4;			/* 0: no such header in the frame */
	size_t ip_end;			/* where the IP packet ends, at most the frame's end */
};

/* Never fails: what cannot be understood is no IP. Looks at @bytes of @frame only. */
void mlx5_packet__parse(struct mlx5_packet *packet, const uint8_t *frame, size_t bytes);

/* Whether there is a whole header of TCP or UDP. */
bool mlx5_packet__is_tcp(const struct mlx5_packet *packet);
bool mlx5_packet__is_udp(const struct mlx5_packet *packet);

/* The sum of the pseudo header for @bytes of layer 4, not folded. */
uint32_t mlx5_packet__pseudo_sum(const struct mlx5_packet *packet, const uint8_t *frame,
				 size_t bytes);

struct mlx5_checks {
	bool ip, l4;			/* is there, and is right */
};

struct mlx5_checks mlx5_packet__check(const struct mlx5_packet *packet, const uint8_t *frame);

#endif
