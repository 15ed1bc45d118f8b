/* SPDX-License-Identifier: MIT */
/* What was said about a port already: each text is said once, and not without end. */
#ifndef WARNINGS_H
#define WARNINGS_H

#include <stdarg.h>
#include <stdint.h>

#define WARNINGS_MAX 200

struct warnings {
	uint64_t printed[WARNINGS_MAX];	/* hashes of the texts */
	unsigned int count;
};

/* One line on stderr, "flash-nics: port 0 (ixgbe): ...", unless it was said before. */
void warnings__print(struct warnings *warnings, unsigned int port, const char *model,
		     const char *format, va_list arguments);

#endif
