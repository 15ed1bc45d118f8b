/* SPDX-License-Identifier: MIT */
/* Rings in guest memory, as commands give them: a list of pages (PAS), not always adjacent. */
#ifndef MLX5_BUFFER_H
#define MLX5_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MLX5_BUFFER_PAGES 260u

struct mlx5_buffer {
	unsigned int page_shift;
	uint32_t offset;		/* of the ring in the first page */
	uint64_t pages[MLX5_BUFFER_PAGES];
};

/*
 * Takes the pages of a ring of @bytes. @log_page: of a page, beyond 4 KiB; @offset: in units of 64
 * bytes. Return: whether the list, of @list_bytes, has all of them.
 */
bool mlx5_buffer__load(struct mlx5_buffer *buffer, size_t bytes, unsigned int log_page,
		       unsigned int offset, const uint8_t *list, size_t list_bytes);

/* Where byte @at of the ring is; @at is less than its bytes. */
static inline uint64_t mlx5_buffer__at(const struct mlx5_buffer *buffer, size_t at)
{
	at += buffer->offset;
	return buffer->pages[at >> buffer->page_shift] +
	       (at & ((UINT64_C(1) << buffer->page_shift) - 1));
}

#endif
