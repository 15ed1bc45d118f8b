// SPDX-License-Identifier: MIT
/*
 * The EEPROM (datasheet 6, 8.2.3.2) and the semaphores software takes before it is used (10.5.4).
 * It cannot be written: the bits of EEC that shift data in by hand lead nowhere.
 */
#include <string.h>

#include "eeprom.h"
#include "ixgbe.h"

#define EEPROM_SIZE_CODE	4	/* 64 words << 4 */
#define EEPROM_BLANK		0xffff

/* Words with a fixed place, section 6.1 to 6.4; pointers that are blank point nowhere. */
#define WORD_FIRMWARE		0x0f
#define WORD_BOARD_HIGH		0x15
#define WORD_BOARD_LOW		0x16
#define WORD_SFP_LIST		0x2b
#define WORD_CAPABILITIES	0x2c
#define WORD_TRACK_LOW		0x2d
#define WORD_TRACK_HIGH		0x2e
#define WORD_CHECKSUM		0x3f
#define CHECKSUM_TOTAL		0xbaba

#define CAPABILITIES_ANY_SFP	0x0001
#define CAPABILITIES_NO_CROSSTALK 0x0080
#define TRACK_IS_VALID		0x8000

/* Blocks: the firmware's, with the version of its pass-through part; what to do for which SFP+. */
#define BLOCK_FIRMWARE		0x080
#define FIRMWARE_PASS_THROUGH	4
#define BLOCK_PASS_THROUGH	0x090
#define PASS_THROUGH_VERSION	7
#define FIRMWARE_VERSION	9	/* drivers want at least 6 */
#define BLOCK_SFP_LIST		0x0a0
#define BLOCK_SFP_NOTHING	0x0c0
/* Kinds of module, one for each of the chip's two ports: copper, fibre, active copper. */
#define SFP_KIND_FIRST		3
#define SFP_KIND_LAST		8

void ixgbe_eeprom__reset(struct ixgbe *chip)
{
	uint16_t *word = chip->eeprom;
	unsigned int at = BLOCK_SFP_LIST;
	uint16_t sum = 0;

	memset(chip->eeprom, 0xff, sizeof(chip->eeprom));
	word[WORD_BOARD_HIGH] = 0;
	word[WORD_BOARD_LOW] = 0;
	word[WORD_CAPABILITIES] = CAPABILITIES_ANY_SFP | CAPABILITIES_NO_CROSSTALK;
	word[WORD_TRACK_LOW] = 1;
	word[WORD_TRACK_HIGH] = TRACK_IS_VALID;

	word[WORD_FIRMWARE] = BLOCK_FIRMWARE;
	word[BLOCK_FIRMWARE + FIRMWARE_PASS_THROUGH] = BLOCK_PASS_THROUGH;
	word[BLOCK_PASS_THROUGH + PASS_THROUGH_VERSION] = FIRMWARE_VERSION;

	/* Pairs of kind and block, up to a blank word; nothing has to be done for any of them. */
	word[WORD_SFP_LIST] = BLOCK_SFP_LIST;
	word[at++] = 0;
	for (uint16_t kind = SFP_KIND_FIRST; kind <= SFP_KIND_LAST; kind++) {
		word[at++] = kind;
		word[at++] = BLOCK_SFP_NOTHING;
	}
	word[BLOCK_SFP_NOTHING] = 0;

	for (unsigned int i = 0; i < WORD_CHECKSUM; i++)
		sum += word[i];
	word[WORD_CHECKSUM] = (uint16_t)(CHECKSUM_TOTAL - sum);

	ixgbe__set_register(chip, EEC, EEC_PRESENT | EEC_AUTO_READ_DONE |
					   EEPROM_SIZE_CODE << EEC_SIZE_SHIFT);
	ixgbe__set_register(chip, FWSM, FWSM_FIRMWARE_VALID);
}

bool ixgbe_eeprom__read(struct ixgbe *chip, uint32_t offset, uint32_t *value)
{
	if (offset != SWSM)
		return false;
	/* Who reads SMBI as 0 has it: the read sets it. */
	*value = ixgbe__register(chip, SWSM);
	ixgbe__set_register(chip, SWSM, *value | SWSM_SMBI);
	return true;
}

static uint32_t ixgbe_eeprom__fetch(const struct ixgbe *chip, uint32_t command)
{
	uint32_t address = command >> EERD_ADDRESS_SHIFT & EERD_ADDRESS_MASK;
	uint32_t word = EEPROM_BLANK;

	if (!(command & EERD_START))
		return command & ~EERD_DONE;
	if (address < IXGBE_EEPROM_WORDS)
		word = chip->eeprom[address];
	return word << EERD_DATA_SHIFT | address << EERD_ADDRESS_SHIFT | EERD_DONE;
}

bool ixgbe_eeprom__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	const uint32_t request = EEC_REQUEST | EEC_GRANT;

	switch (offset) {
	case EERD:
		ixgbe__set_register(chip, offset, ixgbe_eeprom__fetch(chip, value));
		return true;
	case EEC:
		ixgbe__set_register(chip, offset, (ixgbe__register(chip, offset) & ~request) |
						  (value & EEC_REQUEST ? request : 0));
		return true;
	case SWSM:
		ixgbe__set_register(chip, offset, value & (SWSM_SMBI | SWSM_SWESMBI));
		return true;
	case FWSM:
		return true;
	default:
		return false;
	}
}
