// SPDX-License-Identifier: MIT
/*
 * The NVM's shadow RAM, 4 KB of words. Drivers read versions and pointers, and add up all words but
 * two modules: with the checksum word the sum is 0xbaba (datasheet section 6.2, "NVM structures").
 */
#include "frame/bytes.h"
#include "i40e.h"
#include "nvm.h"
#include "registers.h"

#define WORD_CONTROL 0x00
#define WORD_PBA_FLAGS 0x15
#define WORD_BOOT_CONFIGURATION 0x17
#define WORD_STARTER_VERSION 0x18
#define WORD_WAKE_ON_LAN 0x19
#define WORD_OEM_POINTER 0x1b
#define WORD_EETRACK_LOW 0x2d
#define WORD_EETRACK_HIGH 0x2e
#define WORD_VPD_POINTER 0x2f
#define WORD_PCIE_ALTERNATE_POINTER 0x3e
#define WORD_CHECKSUM 0x3f
#define WORD_EMP_SETTINGS_POINTER 0x48

#define CONTROL_VALID (1 << 6)		/* bits 7:6 are 01b */
#define NO_WAKE_ON_LAN 0x000f		/* a bit a port */
#define CHECKSUM_BASE 0xbaba
#define MODULE_WORDS 512		/* left out of the sum from where the pointers say */
#define MODULES_AT 1024			/* both modules, empty */

void i40e_nvm__fill(struct i40e *chip)
{
	uint16_t sum = 0;
	unsigned int i;

	for (i = 0; i < I40E_NVM_WORDS; i++)
		chip->nvm[i] = 0;
	chip->nvm[WORD_CONTROL] = CONTROL_VALID;
	chip->nvm[WORD_BOOT_CONFIGURATION] = 0x0100;
	chip->nvm[WORD_STARTER_VERSION] = 0x6001;
	chip->nvm[WORD_WAKE_ON_LAN] = NO_WAKE_ON_LAN;
	chip->nvm[WORD_OEM_POINTER] = 0xffff;	/* none */
	chip->nvm[WORD_EETRACK_LOW] = 0x0001;
	chip->nvm[WORD_EETRACK_HIGH] = 0x8000;
	chip->nvm[WORD_VPD_POINTER] = MODULES_AT;
	chip->nvm[WORD_PCIE_ALTERNATE_POINTER] = MODULES_AT + MODULE_WORDS;
	chip->nvm[WORD_EMP_SETTINGS_POINTER] = 0x0200;

	for (i = 0; i < I40E_NVM_WORDS; i++)
		if (i < MODULES_AT || i >= MODULES_AT + 2 * MODULE_WORDS)
			sum += chip->nvm[i];
	chip->nvm[WORD_CHECKSUM] = CHECKSUM_BASE - sum;
}

/* GLNVM_SRCTL: START reads the word at ADDR to GLNVM_SRDATA; DONE says that it is there. */
void i40e_nvm__control(struct i40e *chip, uint32_t value)
{
	unsigned int word = bits(value, SRCTL_ADDRESS_LOW, 15);

	if (value & SRCTL_START) {
		uint32_t data = word < I40E_NVM_WORDS ? chip->nvm[word] : 0xffff;

		i40e__set_register(chip, GLNVM_SRDATA, data << 16);
	}
	i40e__set_register(chip, GLNVM_SRCTL, (value & ~SRCTL_START) | SRCTL_DONE);
}
