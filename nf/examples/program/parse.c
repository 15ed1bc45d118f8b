// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "program.h"

bool parse_number(const char *text, __u64 min, __u64 max, __u64 *number)
{
	char *rest;

	if (!isdigit(*text))
		return false;
	errno = 0;
	*number = strtoull(text, &rest, 10);
	return !errno && !*rest && *number >= min && *number <= max;
}

bool parse_mac(const char *text, __u8 *mac)
{
	for (int i = 0; i < 6; i++, text += 3) {
		char digits[3] = { text[0], text[0] ? text[1] : 0 };

		if (!isxdigit(digits[0]) || !isxdigit(digits[1]) || text[2] != (i < 5 ? ':' : 0))
			return false;
		mac[i] = strtoul(digits, NULL, 16);
	}
	return true;
}
