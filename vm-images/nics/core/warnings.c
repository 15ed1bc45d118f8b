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

void warnings__print(struct warnings *warnings, unsigned int port, const char *model,
		     const char *format, va_list arguments)
{
	char text[256];
	uint64_t hash;

	if (warnings->count == WARNINGS_MAX)
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	hash = text__hash(text);
	for (unsigned int i = 0; i < warnings->count; i++) {
		if (warnings->printed[i] == hash)
			return;
	}
	warnings->printed[warnings->count++] = hash;
	fprintf(stderr, "flash-nics: port %u (%s): %s%s\n", port, model, text,
		warnings->count == WARNINGS_MAX ? " (no more is said about this port)" : "");
}
