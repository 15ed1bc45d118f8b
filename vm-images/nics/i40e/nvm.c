// SPDX-License-Identifier: MIT
/*
 * The NVM's shadow RAM, 4 KB of words. Drivers read versions and pointers, and add up all words but
 * two modules: with the checksum word the sum is 0xBABA (datasheet section 6.2, "NVM structures").
 */
#include "frame/bytes.h"
#include "i40e.h"
#include "registers.h"

#define WORD_CONTROL 0x00
#define WORD_PBA_FLAGS 0x15
#define WORD_BOOT_CONFIGURATION 0x17
#define WORD_STARTER_VERSION 0x18
#define WORD_WAKE_ON_LAN 0x19
#define WORD_OEM_POINTER 0x1B
#define WORD_EETRACK_LOW 0x2D
#define WORD_EETRACK_HIGH 0x2E
#define WORD_VPD_POINTER 0x2F
#define WORD_PCIE_ALTERNATE_POINTER 0x3E
#define WORD_CHECKSUM 0x3F
#define WORD_EMP_SETTINGS_POINTER 0x48

#define CONTROL_VALID (1 << 6)		/* bits 7:6 are 01b */
#define NO_WAKE_ON_LAN 0x000F		/* a bit a port */
#define CHECKSUM_BASE 0xBABA
#define MODULE_WORDS 512		/* left out of the sum from where the pointers say */
#define MODULES_AT 1024			/* both modules, empty */

void i40e_nvm__fill(struct i40e *i40e)
{
	uint16_t sum = 0;
	unsigned int i;

	for (i = 0; i < I40E_NVM_WORDS; i++)
		i40e->nvm[i] = 0;
	i40e->nvm[WORD_CONTROL] = CONTROL_VALID;
	i40e->nvm[WORD_BOOT_CONFIGURATION] = 0x0100;
	i40e->nvm[WORD_STARTER_VERSION] = 0x6001;
	i40e->nvm[WORD_WAKE_ON_LAN] = NO_WAKE_ON_LAN;
	i40e->nvm[WORD_OEM_POINTER] = 0xFFFF;	/* none */
	i40e->nvm[WORD_EETRACK_LOW] = 0x0001;
	i40e->nvm[WORD_EETRACK_HIGH] = 0x8000;
	i40e->nvm[WORD_VPD_POINTER] = MODULES_AT;
	i40e->nvm[WORD_PCIE_ALTERNATE_POINTER] = MODULES_AT + MODULE_WORDS;
	i40e->nvm[WORD_EMP_SETTINGS_POINTER] = 0x0200;

	for (i = 0; i < I40E_NVM_WORDS; i++)
		if (i < MODULES_AT || i >= MODULES_AT + 2 * MODULE_WORDS)
			sum += i40e->nvm[i];
	i40e->nvm[WORD_CHECKSUM] = CHECKSUM_BASE - sum;
}

/* GLNVM_SRCTL: START reads the word at ADDR to GLNVM_SRDATA; DONE says that it is there. */
void i40e_nvm__control(struct i40e *i40e, uint32_t value)
{
	unsigned int word = bits(value, SRCTL_ADDRESS_LOW, 15);

	if (value & SRCTL_START) {
		uint32_t data = word < I40E_NVM_WORDS ? i40e->nvm[word] : 0xFFFF;

		i40e__set_register(i40e, GLNVM_SRDATA, data << 16);
	}
	i40e__set_register(i40e, GLNVM_SRCTL, (value & ~SRCTL_START) | SRCTL_DONE);
}
