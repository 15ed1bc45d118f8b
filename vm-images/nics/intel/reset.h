/* SPDX-License-Identifier: MIT */
/*
 * Core and global resets of the XL710 and the E810, which are announced (XL710 datasheet, section
 * 4.1, "Reset operation"): functions learn of one by an interrupt, and poll GLGEN_RSTAT for its
 * end.
 */
#ifndef INTEL_RESET_H
#define INTEL_RESET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/nic.h"

#define GLGEN_RSTCTL		0x000b8180u
#define RSTCTL_DELAY		2u	/* GRSTDEL, of 100 ms: it takes no longer */
#define GLGEN_RSTAT		0x000b8188u
#define RSTAT_DEVSTATE_BUSY	0x1u
#define RSTAT_TYPE_LOW		2
#define GLGEN_RTRIG		0x000b8190u
#define RTRIG_CORE		0x1u
#define RTRIG_GLOBAL		0x2u

/* The timer that the end of a reset is waited for with. */
#define INTEL_TIMER_RESET (NIC_TIMERS - 1)

/*
 * GLGEN_RTRIG was written. @type: that of the reset under way, 0: none.
 * Return: whether a reset was announced, which the driver is to be told.
 */
bool intel_reset__announce(struct nic *nic, uint32_t *registers, uint32_t *type, uint32_t trigger);
/* A function-level reset stops all timers. A reset that was announced comes all the same. */
void intel_reset__keep(struct nic *nic, uint32_t type);
/* Sets @count registers to 0, from @first on, @stride bytes from each other. */
void intel_reset__clear(uint32_t *registers, uint32_t first, unsigned int count,
			unsigned int stride);

#endif
