// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static __u32 address_bits(__u8 version)
{
	return version == 4 ? 32 : 128;
}

/* What of a byte of an address the network says. */
static __u8 mask_at(const struct network *network, __u32 byte)
{
	__u32 before = byte * 8;

	if (network->bits <= before)
		return 0;
	return network->bits - before >= 8 ? 0xff : 0xff << (8 - (network->bits - before));
}

bool parse_network(const char *text, struct network *network)
{
	char copy[64], *bits;
	__u64 number;

	memset(network, 0, sizeof(*network));
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return false;
	bits = strchr(copy, '/');
	if (bits)
		*bits++ = 0;
	if (inet_pton(AF_INET, copy, network->address) == 1)
		network->version = 4;
	else if (inet_pton(AF_INET6, copy, network->address) == 1)
		network->version = 6;
	else
		return false;
	number = address_bits(network->version);
	if (bits && !parse_number(bits, 0, number, &number))
		return false;
	network->bits = number;
	for (__u32 i = 0; i < sizeof(network->address); i++) {
		if (network->address[i] & ~mask_at(network, i))
			return false;
	}
	return true;
}

bool network__has(const struct network *network, __u8 version, const __u8 *address)
{
	if (!network->version)
		return true;
	if (network->version != version)
		return false;
	for (__u32 i = 0; i * 8 < network->bits; i++) {
		if ((address[i] & mask_at(network, i)) != network->address[i])
			return false;
	}
	return true;
}
