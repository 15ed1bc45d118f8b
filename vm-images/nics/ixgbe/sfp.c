// SPDX-License-Identifier: MIT
/*
 * The SFP+ module: a passive copper cable, told by its EEPROM (SFF-8472), on an I2C bus whose two
 * lines the driver moves one by one through I2CCTL (datasheet 8.2.3.1).
 *
 * A byte takes nine pulses of the clock. The receiver looks at the data line when the clock rises;
 * the sender, and who acknowledges, changes it after the clock fell.
 */
#include <string.h>

#include "ixgbe.h"
#include "sfp.h"

#define SFP_ADDRESS		0xa0
#define SFP_ADDRESS_DIAGNOSTICS	0xa2
#define I2C_READ		1u
#define BYTE_PULSES		9

enum sfp_state {
	SFP_IDLE,
	SFP_ADDRESS_IN,
	SFP_OFFSET_IN,
	SFP_DATA_IN,		/* taken and forgotten */
	SFP_DATA_OUT,
};

/* SFF-8472, table 4-1. */
enum sfp_byte {
	SFP_IDENTIFIER = 0,
	SFP_IDENTIFIER_EXTENDED = 1,
	SFP_CONNECTOR = 2,
	SFP_CABLE = 8,
	SFP_RATE = 12,			/* hundreds of Mb/s */
	SFP_COPPER_METRES = 18,
	SFP_VENDOR = 20,
	SFP_PART = 40,
	SFP_CABLE_COMPLIANCE = 60,
	SFP_BASE_CHECKSUM = 63,
	SFP_SERIAL = 68,
	SFP_EXTENDED_CHECKSUM = 95,
};

static void ixgbe_sfp__put_text(uint8_t *page, enum sfp_byte at, const char *text)
{
	memset(page + at, ' ', 16);
	memcpy(page + at, text, strlen(text));
}

static uint8_t ixgbe_sfp__sum(const uint8_t *page, unsigned int first, unsigned int end)
{
	uint8_t sum = 0;

	for (unsigned int i = first; i < end; i++)
		sum += page[i];
	return sum;
}

void ixgbe_sfp__reset(struct ixgbe *chip)
{
	uint8_t *page = chip->sfp.pages[0];

	memset(&chip->sfp, 0, sizeof(chip->sfp));
	chip->sfp.clock = true;
	chip->sfp.data = true;

	page[SFP_IDENTIFIER] = 0x03;
	page[SFP_IDENTIFIER_EXTENDED] = 0x04;
	page[SFP_CONNECTOR] = 0x21;	/* copper pigtail */
	page[SFP_CABLE] = 0x04;		/* passive */
	page[SFP_RATE] = 103;
	page[SFP_COPPER_METRES] = 1;
	ixgbe_sfp__put_text(page, SFP_VENDOR, "FLASH");
	ixgbe_sfp__put_text(page, SFP_PART, "EMULATED-WIRE");
	page[SFP_CABLE_COMPLIANCE] = 0x01;
	ixgbe_sfp__put_text(page, SFP_SERIAL, "0");
	page[SFP_BASE_CHECKSUM] = ixgbe_sfp__sum(page, 0, SFP_BASE_CHECKSUM);
	page[SFP_EXTENDED_CHECKSUM] = ixgbe_sfp__sum(page, SFP_BASE_CHECKSUM + 1,
						     SFP_EXTENDED_CHECKSUM);
}

static void ixgbe_sfp__load(struct ixgbe_sfp *sfp)
{
	sfp->state = SFP_DATA_OUT;
	sfp->shift = sfp->pages[sfp->address & 0x02 ? 1 : 0][sfp->offset++];
	sfp->pulls_low = !(sfp->shift & 0x80);
}

static void ixgbe_sfp__clock_rises(struct ixgbe_sfp *sfp)
{
	if (sfp->state == SFP_IDLE)
		return;
	sfp->bit++;
	if (sfp->state != SFP_DATA_OUT) {
		if (sfp->bit < BYTE_PULSES)
			sfp->shift = (uint8_t)(sfp->shift << 1 | sfp->data);
	} else if (sfp->bit == BYTE_PULSES && sfp->data) {
		sfp->state = SFP_IDLE;	/* not acknowledged: the host has enough */
	}
}

static bool ixgbe_sfp__is_addressed(const struct ixgbe_sfp *sfp)
{
	uint8_t address = sfp->shift & ~I2C_READ;

	return address == SFP_ADDRESS || address == SFP_ADDRESS_DIAGNOSTICS;
}

/* All of a byte and its acknowledgement have passed. */
static void ixgbe_sfp__finish_byte(struct ixgbe_sfp *sfp)
{
	sfp->bit = 0;
	switch (sfp->state) {
	case SFP_ADDRESS_IN:
		sfp->address = sfp->shift;
		if (sfp->address & I2C_READ)
			ixgbe_sfp__load(sfp);
		else
			sfp->state = SFP_OFFSET_IN;
		break;
	case SFP_OFFSET_IN:
		sfp->offset = sfp->shift;
		sfp->state = SFP_DATA_IN;
		break;
	case SFP_DATA_OUT:
		ixgbe_sfp__load(sfp);
		break;
	default:
		break;
	}
}

static void ixgbe_sfp__clock_falls(struct ixgbe_sfp *sfp)
{
	sfp->pulls_low = false;
	if (sfp->state == SFP_IDLE)
		return;
	if (sfp->bit == BYTE_PULSES)
		ixgbe_sfp__finish_byte(sfp);
	else if (sfp->state == SFP_DATA_OUT)
		sfp->pulls_low = sfp->bit < 8 && !(sfp->shift << sfp->bit & 0x80);
	else if (sfp->bit < 8)
		return;
	else if (sfp->state == SFP_ADDRESS_IN && !ixgbe_sfp__is_addressed(sfp))
		sfp->state = SFP_IDLE;
	else
		sfp->pulls_low = true;
}

static void ixgbe_sfp__drive(struct ixgbe_sfp *sfp, bool clock, bool data)
{
	bool clock_was = sfp->clock, data_was = sfp->data;

	sfp->clock = clock;
	sfp->data = data;
	if (clock_was && !clock) {
		ixgbe_sfp__clock_falls(sfp);
	} else if (!clock_was && clock) {
		ixgbe_sfp__clock_rises(sfp);
	} else if (clock && data_was && !data) {	/* start */
		sfp->state = SFP_ADDRESS_IN;
		sfp->bit = 0;
		sfp->pulls_low = false;
	} else if (clock && !data_was && data) {	/* stop */
		sfp->state = SFP_IDLE;
		sfp->pulls_low = false;
	}
}

bool ixgbe_sfp__read(struct ixgbe *chip, uint32_t offset, uint32_t *value)
{
	const struct ixgbe_sfp *sfp = &chip->sfp;

	if (offset != I2CCTL)
		return false;
	*value = 0;
	if (sfp->clock)
		*value |= I2CCTL_CLOCK_OUT | I2CCTL_CLOCK_IN;
	if (sfp->data)
		*value |= I2CCTL_DATA_OUT;
	if (sfp->data && !sfp->pulls_low)
		*value |= I2CCTL_DATA_IN;
	return true;
}

bool ixgbe_sfp__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	if (offset != I2CCTL)
		return false;
	ixgbe_sfp__drive(&chip->sfp, value & I2CCTL_CLOCK_OUT, value & I2CCTL_DATA_OUT);
	return true;
}
