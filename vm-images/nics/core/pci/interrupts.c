// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interrupts.h"

int interrupts__create(struct interrupts *interrupts, unsigned int count)
{
	*interrupts = (struct interrupts) { .count = count };
	interrupts->vectors = calloc(count ? count : 1, sizeof(*interrupts->vectors));
	if (!interrupts->vectors)
		return -ENOMEM;
	for (unsigned int i = 0; i < count; i++)
		interrupts->vectors[i].fd = -1;
	return 0;
}

void interrupts__destroy(struct interrupts *interrupts)
{
	interrupts__clear(interrupts);
	free(interrupts->vectors);
	interrupts->vectors = NULL;
}

void interrupts__send(struct interrupts *interrupts, unsigned int vector)
{
	struct interrupt *interrupt = &interrupts->vectors[vector];
	const uint64_t one = 1;

	if (!interrupt->known) {
		interrupts->lost++;
		return;
	}
	interrupt->pending = interrupt->fd < 0 || interrupt->masked;
	if (interrupt->pending)
		return;
	/* A full counter is a message that the client has not looked at yet: one is enough. */
	if (write(interrupt->fd, &one, sizeof(one)) == sizeof(one))
		interrupts->sent++;
}

static void interrupts__flush(struct interrupts *interrupts, unsigned int vector)
{
	if (interrupts->vectors[vector].pending)
		interrupts__send(interrupts, vector);
}

/* Anything else that was passed could make the write above wait, or write into a file. */
static bool fd__is_eventfd(int fd)
{
	static const char wanted[] = "anon_inode:[eventfd]";
	char link[32], name[32];
	ssize_t bytes;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	bytes = readlink(link, name, sizeof(name));
	return bytes == (ssize_t)strlen(wanted) && !memcmp(name, wanted, bytes);
}

int interrupts__set(struct interrupts *interrupts, unsigned int vector, int fd)
{
	struct interrupt *interrupt = &interrupts->vectors[vector];

	if (fd >= 0 && (!fd__is_eventfd(fd) ||
			fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0))
		return -EINVAL;
	if (interrupt->fd >= 0)
		close(interrupt->fd);
	interrupt->fd = fd;
	if (fd >= 0)
		interrupt->known = true;
	interrupts__flush(interrupts, vector);
	return 0;
}

void interrupts__mask(struct interrupts *interrupts, unsigned int vector, bool masked)
{
	interrupts->vectors[vector].masked = masked;
	interrupts__flush(interrupts, vector);
}

void interrupts__reset(struct interrupts *interrupts)
{
	for (unsigned int i = 0; i < interrupts->count; i++) {
		interrupts->vectors[i].pending = false;
		interrupts->vectors[i].known = interrupts->vectors[i].fd >= 0;
	}
}

void interrupts__clear(struct interrupts *interrupts)
{
	for (unsigned int i = 0; i < interrupts->count; i++) {
		if (interrupts->vectors[i].fd >= 0)
			close(interrupts->vectors[i].fd);
		interrupts->vectors[i] = (struct interrupt) { .fd = -1 };
	}
}

uint64_t interrupts__pending(const struct interrupts *interrupts, unsigned int word)
{
	uint64_t bits = 0;

	for (unsigned int i = 0; i < 64 && word * 64 + i < interrupts->count; i++)
		bits |= (uint64_t)interrupts->vectors[word * 64 + i].pending << i;
	return bits;
}
