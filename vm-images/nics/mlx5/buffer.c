// SPDX-License-Identifier: MIT
#include "buffer.h"
#include "fields.h"

#define PAGE_SHIFT 12u

bool mlx5_buffer__load(struct mlx5_buffer *buffer, size_t bytes, unsigned int log_page,
		       unsigned int offset, const uint8_t *list, size_t list_bytes)
{
	size_t pages, page;

	buffer->page_shift = PAGE_SHIFT + log_page;
	buffer->offset = offset * 64;
	pages = ((buffer->offset + bytes - 1) >> buffer->page_shift) + 1;
	if (!bytes || pages > MLX5_BUFFER_PAGES || pages > list_bytes / 8)
		return false;
	/* The lowest bits of an address of a page are its alignment's, and are not looked at. */
	for (page = 0; page < pages; page++)
		buffer->pages[page] = be64(list + 8 * page) & ~(uint64_t)0xfff;
	return true;
}
