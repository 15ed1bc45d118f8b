/* SPDX-License-Identifier: MIT */
/* What was said about a port already: each text is said once, and not without end. */
#ifndef COMPLAINTS_H
#define COMPLAINTS_H

#include <stdarg.h>
#include <stdint.h>

#define COMPLAINTS_MAX 200

struct complaints {
	uint64_t said[COMPLAINTS_MAX];	/* hashes of the texts */
	unsigned int count;
};

/* One line on stderr, "flash-nics: port 0 (ixgbe): ...", unless it was said before. */
void complaints__say(struct complaints *complaints, unsigned int port, const char *model,
		     const char *format, va_list arguments);

#endif
