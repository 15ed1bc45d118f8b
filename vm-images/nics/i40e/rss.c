// SPDX-License-Identifier: MIT
/* Frames to queues by a hash over addresses and ports, and a table. */
#include "frame/bytes.h"
#include "frame/toeplitz.h"
#include "i40e.h"
#include "input_set.h"
#include "registers.h"
#include "rss.h"

#define KEY_BYTES (4u * PFQF_HKEY_COUNT)
#define ENTRY_MASK 0x3f

_Static_assert(KEY_BYTES >= INPUT_SET_MAX + 4, "the key is long enough for any input");

static bool rss__hashes(const struct i40e *chip, unsigned int classifier)
{
	return i40e__register(chip, PFQF_HENA(classifier / 32)) >> classifier % 32 & 1;
}

struct i40e_rss i40e_rss__look_up(const struct i40e *chip, const struct packet *packet,
				  const uint8_t *frame, size_t bytes)
{
	uint8_t key[KEY_BYTES], input[INPUT_SET_MAX];
	unsigned int type = i40e_input_set__classifier(packet), i, entries, entry;
	struct i40e_rss rss = { 0 };
	uint64_t fields;
	size_t taken;

	if (!rss__hashes(chip, type))
		return rss;
	fields = i40e__register(chip, GLQF_HASH_INSET(0, type)) |
		 (uint64_t)i40e__register(chip, GLQF_HASH_INSET(1, type)) << 32;
	taken = i40e_input_set__take(packet, frame, bytes, fields, false, input);
	for (i = 0; i < PFQF_HKEY_COUNT; i++)
		put_le32(key + 4 * i, i40e__register(chip, PFQF_HKEY(i)));
	rss.hashed = true;
	rss.hash = toeplitz__hash(key, sizeof(key), input, taken);

	/* The table: four entries a register. */
	entries = i40e__register(chip, PFQF_CTL_0) & CTL_0_LUT_512 ? 512 : 128;
	entry = rss.hash & (entries - 1);
	rss.queue = i40e__register(chip, PFQF_HLUT(entry / 4)) >> entry % 4 * 8 & ENTRY_MASK;
	return rss;
}
