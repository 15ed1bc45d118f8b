// SPDX-License-Identifier: MIT
#include "reset.h"

#define RESET_NS 10000000u
#define RSTAT_CORE 1u
#define RSTAT_GLOBAL 2u

bool intel_reset__announce(struct nic *nic, uint32_t *registers, uint32_t *type, uint32_t trigger)
{
	if (*type || !(trigger & (RTRIG_CORE | RTRIG_GLOBAL)))
		return false;
	*type = trigger & RTRIG_GLOBAL ? RSTAT_GLOBAL : RSTAT_CORE;
	registers[GLGEN_RSTAT / 4] = RSTAT_DEVSTATE_BUSY | *type << RSTAT_TYPE_LOW;
	nic__set_timer(nic, INTEL_TIMER_RESET, RESET_NS);
	return true;
}

void intel_reset__keep(struct nic *nic, uint32_t type)
{
	if (type && !nic__timer_is_set(nic, INTEL_TIMER_RESET))
		nic__set_timer(nic, INTEL_TIMER_RESET, RESET_NS);
}

void intel_reset__clear(uint32_t *registers, uint32_t first, unsigned int count,
			unsigned int stride)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		registers[(first + i * stride) / 4] = 0;
}
