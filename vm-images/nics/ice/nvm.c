// SPDX-License-Identifier: MIT
/*
 * The flash, of which the first 4 KB are the shadow RAM. There are pointers to modules, each with
 * two banks; the NVM's starts with a header and has a copy of the shadow RAM with its versions
 * (ice_nvm.c:ice_init_nvm). The option ROM and the netlist are empty.
 */
#include <string.h>

#include "frame/bytes.h"
#include "ice.h"
#include "nvm.h"

#define SHADOW_BYTES 4096u
#define WORD_CONTROL 0x00
#define WORD_STARTER_VERSION 0x18
#define WORD_WAKE_ON_LAN 0x19
#define WORD_EETRACK_LOW 0x2d
#define WORD_EETRACK_HIGH 0x2e
#define WORD_PRESERVED_POINTER 0x40
#define WORD_NVM_POINTER 0x42
#define WORD_NVM_SIZE 0x43
#define WORD_OPTION_ROM_POINTER 0x44
#define WORD_OPTION_ROM_SIZE 0x45
#define WORD_NETLIST_POINTER 0x46
#define WORD_NETLIST_SIZE 0x47

#define CONTROL_VALID (1 << 6)		/* bits 7:6 are 01b; first banks are active */
#define NO_WAKE_ON_LAN 0x000f		/* a bit a port */
#define POINTER_4K 0x8000		/* in units of 4 KB, as sizes are */
#define PRESERVED_AT 0x200		/* a field array of which there is only the length */
#define NVM_AT 4u
#define OPTION_ROM_AT 8u
#define NETLIST_AT 10u
#define HEADER_LENGTH_WORD 2		/* in double words */
#define HEADER_DWORDS 12u
#define COPY_AT 64u			/* bytes: behind header and authentication, in 32 words */

_Static_assert((NETLIST_AT + 2) * 4096 == ICE_FLASH_BYTES, "the netlist's banks end the flash");

static void word__set(uint8_t *words, unsigned int at, uint16_t value)
{
	put_le16(words + 2 * at, value);
}

void ice_nvm__fill(struct ice *chip)
{
	uint8_t *shadow = chip->flash, *nvm = chip->flash + NVM_AT * 4096;

	memset(chip->flash, 0, sizeof(chip->flash));
	word__set(shadow, WORD_CONTROL, CONTROL_VALID);
	word__set(shadow, WORD_STARTER_VERSION, 0x4001);
	word__set(shadow, WORD_WAKE_ON_LAN, NO_WAKE_ON_LAN);
	word__set(shadow, WORD_EETRACK_LOW, 0x0001);
	word__set(shadow, WORD_EETRACK_HIGH, 0x8000);
	word__set(shadow, WORD_PRESERVED_POINTER, PRESERVED_AT);
	word__set(shadow, PRESERVED_AT, 1);
	word__set(shadow, WORD_NVM_POINTER, POINTER_4K | NVM_AT);
	word__set(shadow, WORD_NVM_SIZE, 2);
	word__set(shadow, WORD_OPTION_ROM_POINTER, POINTER_4K | OPTION_ROM_AT);
	word__set(shadow, WORD_OPTION_ROM_SIZE, 1);
	word__set(shadow, WORD_NETLIST_POINTER, POINTER_4K | NETLIST_AT);
	word__set(shadow, WORD_NETLIST_SIZE, 1);

	word__set(nvm, HEADER_LENGTH_WORD, HEADER_DWORDS);
	memcpy(nvm + COPY_AT, shadow, SHADOW_BYTES);
}

bool ice_nvm__read(const struct ice *chip, bool flash, uint32_t offset, void *to, size_t bytes)
{
	uint32_t end = flash ? ICE_FLASH_BYTES : SHADOW_BYTES;

	if (offset > end || bytes > end - offset)
		return false;
	memcpy(to, chip->flash + offset, bytes);
	return true;
}
