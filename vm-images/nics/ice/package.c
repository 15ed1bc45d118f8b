// SPDX-License-Identifier: MIT
/*
 * The device takes its parser, its profiles and so on from a package. The model has its own, and
 * only looks at what says which package it is.
 *
 *     le16 sections, le16 end; for each le32 type, le16 offset, le16 bytes; the sections
 */
#include <string.h>

#include "frame/bytes.h"
#include "ice.h"
#include "package.h"

#define HEADER_BYTES 4u
#define ENTRY_BYTES 8u
#define END_MIN 12u
#define SECTION_METADATA 1u
#define METADATA_BYTES 36u		/* u8 version[4], char name[28], le32 track */

struct section {
	uint32_t type;
	size_t at, bytes;
};

static struct section section__get(const uint8_t *buffer, unsigned int index)
{
	const uint8_t *entry = buffer + HEADER_BYTES + index * ENTRY_BYTES;

	return (struct section){ le32(entry), le16(entry + 4), le16(entry + 6) };
}

bool ice_package__check(const uint8_t *buffer, size_t bytes)
{
	unsigned int sections, i;

	if (bytes < END_MIN || bytes > PACKAGE_BUFFER_BYTES)
		return false;
	sections = le16(buffer);
	if (!sections || HEADER_BYTES + sections * ENTRY_BYTES > bytes ||
	    le16(buffer + 2) < END_MIN || le16(buffer + 2) > bytes)
		return false;
	for (i = 0; i < sections; i++) {
		struct section section = section__get(buffer, i);

		if (section.at < END_MIN || !section.bytes || section.at + section.bytes > bytes)
			return false;
	}
	return true;
}

void ice_package__load(struct ice *chip, const uint8_t buffer[PACKAGE_BUFFER_BYTES], bool last)
{
	struct ice_package *package = &chip->package;
	unsigned int sections = le16(buffer), i;

	if (!package->loading)
		*package = (struct ice_package){ .loading = true };
	for (i = 0; i < sections; i++) {
		struct section section = section__get(buffer, i);
		const uint8_t *data = buffer + section.at;

		if (section.type != SECTION_METADATA || section.bytes < METADATA_BYTES)
			continue;
		memcpy(package->version, data, 4);
		memcpy(package->name, data + 4, sizeof(package->name));
		package->track = le32(data + 32);
	}
	if (last) {
		package->loading = false;
		package->active = true;
	}
}
