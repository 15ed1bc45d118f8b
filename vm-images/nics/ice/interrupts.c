// SPDX-License-Identifier: MIT
/*
 * Interrupts and their throttling.
 *
 *     queue ──────── QINT_RQCTL, QINT_TQCTL ──┐
 *     admin queue ── PFINT_FW_CTL ────────────┼── vector ── GLINT_DYN_CTL, GLINT_ITR ── message
 *     reset, ... ─── OICR ── PFINT_OICR_CTL ──┘
 *
 * A cause makes its vector pending. A pending vector is sent when it is enabled and its ITR, the
 * least time since it was last sent, has passed; sending disables it until the driver enables it
 * again (ice.h:ice_irq_dynamic_ena), unless GLINT_CTL says that it stays enabled.
 */
#include "frame/bytes.h"
#include "ice.h"
#include "interrupts.h"
#include "registers.h"

/* Of 100 Gb/s, ice_type.h: ICE_ITR_GRAN_ABOVE_25, ICE_INTRL_GRAN_ABOVE_25. */
#define ITR_UNIT_NS 2000u
#define RATE_UNIT_NS 4000u

static uint64_t vector__gap(const struct ice *chip, unsigned int vector, unsigned int itr)
{
	uint32_t rate = ice__register(chip, GLINT_RATE(vector));
	uint64_t gap = 0, rate_gap;

	if (itr != ITR_NONE)
		gap = (uint64_t)(ice__register(chip, GLINT_ITR(itr, vector)) & ITR_INTERVAL_MASK) *
		      ITR_UNIT_NS;
	rate_gap = rate & RATE_ENABLE ? (rate & RATE_INTERVAL_MASK) * RATE_UNIT_NS : 0;
	return gap > rate_gap ? gap : rate_gap;
}

static void vector__try(struct ice *chip, unsigned int vector)
{
	struct ice_vector *state = &chip->vectors[vector];
	uint64_t now = nic__now(chip->nic);

	if (!state->pending || !state->enabled)
		return;
	if (now < state->due) {
		nic__set_timer(chip->nic, vector, state->due - now);
		return;
	}
	state->pending = false;
	state->enabled = ice__register(chip, GLINT_CTL) & GLINT_CTL_NO_AUTOMASK;
	state->fired = true;
	state->fired_at = now;
	nic__set_timer(chip->nic, vector, 0);
	chip->counters.interrupts++;
	nic__interrupt(chip->nic, vector);
}

static void vector__raise(struct ice *chip, unsigned int vector, unsigned int itr)
{
	struct ice_vector *state = &chip->vectors[vector];
	uint64_t due = state->fired ? state->fired_at + vector__gap(chip, vector, itr) : 0;

	/* Of two causes, the one with less patience counts. */
	if (!state->pending || due < state->due)
		state->due = due;
	state->pending = true;
	vector__try(chip, vector);
}

void ice_interrupts__timer(struct ice *chip, unsigned int vector)
{
	vector__try(chip, vector);
}

/* @control: a register that connects a cause to a vector. */
static void cause__raise(struct ice *chip, uint32_t control)
{
	unsigned int vector = control & CAUSE_VECTOR_MASK;

	if (control & CAUSE_ENABLE && vector < ICE_VECTORS)
		vector__raise(chip, vector, bits(control, CAUSE_ITR_LOW, 2));
}

void ice_interrupts__queue(struct ice *chip, bool transmit, unsigned int queue)
{
	cause__raise(chip, ice__register(chip, transmit ? QINT_TQCTL(queue) : QINT_RQCTL(queue)));
}

void ice_interrupts__admin_queue(struct ice *chip)
{
	cause__raise(chip, ice__register(chip, PFINT_FW_CTL));
}

void ice_interrupts__cause(struct ice *chip, uint32_t causes)
{
	chip->causes |= causes;
	if (chip->causes & (ice__register(chip, PFINT_OICR_ENA) | OICR_SOFTWARE))
		cause__raise(chip, ice__register(chip, PFINT_OICR_CTL));
}

uint32_t ice_interrupts__take_causes(struct ice *chip)
{
	uint32_t causes = chip->causes;

	chip->causes = 0;
	return causes;
}

/*
 * A vector that became pending while disabled is sent when it is enabled. Software can make one
 * pending; if it is that of OICR, OICR says so (ice_main.c:ice_misc_intr).
 */
void ice_interrupts__control(struct ice *chip, unsigned int vector, uint32_t value)
{
	struct ice_vector *state = &chip->vectors[vector];
	unsigned int itr = bits(value, DYN_ITR_LOW, 2);

	ice__set_register(chip, GLINT_DYN_CTL(vector), value & ~DYN_SOFTWARE);
	if (!(value & DYN_KEEP_ENABLE))
		state->enabled = value & DYN_ENABLE;
	if (value & DYN_SOFTWARE_ITR_SET)
		state->software_itr = bits(value, DYN_SOFTWARE_ITR_LOW, 2);
	if (itr != ITR_NONE)
		ice__set_register(chip, GLINT_ITR(itr, vector),
				  value >> DYN_INTERVAL_LOW & ITR_INTERVAL_MASK);
	if (value & DYN_SOFTWARE) {
		if (vector == (ice__register(chip, PFINT_OICR_CTL) & CAUSE_VECTOR_MASK))
			chip->causes |= OICR_SOFTWARE;
		vector__raise(chip, vector, state->software_itr);
	} else {
		vector__try(chip, vector);
	}
}
