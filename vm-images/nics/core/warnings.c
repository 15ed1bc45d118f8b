// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "warnings.h"

/* FNV-1a */
static uint64_t text__hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
	return hash;
}

void complaints__say(struct complaints *complaints, unsigned int port, const char *model,
		     const char *format, va_list arguments)
{
	char text[256];
	uint64_t hash;

	if (complaints->count == COMPLAINTS_MAX)
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	hash = text__hash(text);
	for (unsigned int i = 0; i < complaints->count; i++) {
		if (complaints->said[i] == hash)
			return;
	}
	complaints->said[complaints->count++] = hash;
	fprintf(stderr, "flash-nics: port %u (%s): %s%s\n", port, model, text,
		complaints->count == COMPLAINTS_MAX ? " (no more is said about this port)" : "");
}
