// SPDX-License-Identifier: MIT
/*
 * Interrupts and their throttling (datasheet section 7.5, "Interrupts").
 *
 * A cause makes its vector pending. A pending vector is sent when it is enabled and its ITR, the
 * least time since it was last sent, has passed; sending disables it until the driver enables it
 * again. Vector 0 has other causes too: ICR0 says which, and is cleared when read.
 */
#include "frame/bytes.h"
#include "i40e.h"
#include "interrupts.h"
#include "registers.h"

#define ITR_UNIT_NS 2000u
#define RATE_UNIT_NS 4000u

static uint64_t vector__gap(const struct i40e *chip, unsigned int vector, unsigned int itr)
{
	uint64_t gap = 0, rate_gap;
	uint32_t rate;

	if (itr != ITR_NONE)
		gap = (uint64_t)i40e__register(chip, vector ? PFINT_ITRN(itr, vector - 1) :
						     PFINT_ITR0(itr)) * ITR_UNIT_NS;
	if (!vector)
		return gap;
	rate = i40e__register(chip, PFINT_RATEN(vector - 1));
	rate_gap = rate & RATE_ENABLE ? (rate & RATE_INTERVAL_MASK) * RATE_UNIT_NS : 0;
	return gap > rate_gap ? gap : rate_gap;
}

static void vector__try(struct i40e *chip, unsigned int vector)
{
	struct i40e_vector *state = &chip->vectors[vector];
	uint64_t now = nic__now(chip->nic);

	if (!state->pending || !state->enabled)
		return;
	if (now < state->due) {
		nic__set_timer(chip->nic, vector, state->due - now);
		return;
	}
	state->pending = false;
	state->enabled = false;
	state->fired = true;
	state->fired_at = now;
	nic__set_timer(chip->nic, vector, 0);
	if (!vector)
		chip->causes |= ICR0_EVENT;
	chip->counters.interrupts++;
	nic__interrupt(chip->nic, vector);
}

static void vector__raise(struct i40e *chip, unsigned int vector, unsigned int itr)
{
	struct i40e_vector *state = &chip->vectors[vector];
	uint64_t due = state->fired ? state->fired_at + vector__gap(chip, vector, itr) : 0;

	/* Of two causes, the one with less patience counts. */
	if (!state->pending || due < state->due)
		state->due = due;
	state->pending = true;
	vector__try(chip, vector);
}

void i40e_interrupts__timer(struct i40e *chip, unsigned int vector)
{
	vector__try(chip, vector);
}

void i40e_interrupts__cause(struct i40e *chip, uint32_t causes)
{
	uint32_t enabled = i40e__register(chip, PFINT_ICR0_ENA) | ICR0_SOFTWARE | ICR0_QUEUES;

	chip->causes |= causes;
	if (causes & enabled)
		vector__raise(chip, 0, bits(i40e__register(chip, PFINT_STAT_CTL0),
					   STAT_CTL0_OTHER_ITR_LOW, 2));
}

/* Whether the vector's list of queues, made of registers the guest wrote, has this one. */
static bool vector__lists(const struct i40e *chip, unsigned int vector, bool transmit,
			  unsigned int queue)
{
	uint32_t entry = i40e__register(chip, vector ? PFINT_LNKLSTN(vector - 1) : PFINT_LNKLST0);
	unsigned int next = bits(entry, 0, 11), type = bits(entry, LNKLST_TYPE_LOW, 2), steps;

	for (steps = 0; next < I40E_QUEUES && steps < 2 * I40E_QUEUES; steps++) {
		if (next == queue && type == transmit)
			return true;
		entry = i40e__register(chip, type ? QINT_TQCTL(next) : QINT_RQCTL(next));
		next = bits(entry, QINT_NEXT_LOW, 11);
		type = bits(entry, QINT_NEXT_TYPE_LOW, 2);
	}
	return false;
}

void i40e_interrupts__queue(struct i40e *chip, bool transmit, unsigned int queue)
{
	uint32_t offset = transmit ? QINT_TQCTL(queue) : QINT_RQCTL(queue);
	uint32_t control = i40e__register(chip, offset);
	unsigned int vector = control & QINT_VECTOR_MASK;

	i40e__set_register(chip, offset, control | QINT_EVENT);
	if (!(control & QINT_CAUSE_ENABLE) || vector >= I40E_VECTORS)
		return;
	if (!vector__lists(chip, vector, transmit, queue))
		return;
	if (!vector)
		chip->causes |= ICR0_QUEUE(bits(control, QINT_MSIX0_LOW, 3));
	vector__raise(chip, vector, bits(control, QINT_ITR_LOW, 2));
}

/* PFINT_DYN_CTL0 and PFINT_DYN_CTLN. A vector that became pending while disabled is sent now. */
void i40e_interrupts__control(struct i40e *chip, unsigned int vector, uint32_t value)
{
	struct i40e_vector *state = &chip->vectors[vector];
	unsigned int itr = bits(value, DYN_ITR_LOW, 2);

	if (!(value & DYN_KEEP_ENABLE))
		state->enabled = value & DYN_ENABLE;
	if (value & DYN_SOFTWARE_ITR_SET)
		state->software_itr = bits(value, DYN_SOFTWARE_ITR_LOW, 2);
	if (itr != ITR_NONE)
		i40e__set_register(chip, vector ? PFINT_ITRN(itr, vector - 1) : PFINT_ITR0(itr),
				   value >> DYN_INTERVAL_LOW & ITR_INTERVAL_MASK);
	if (value & DYN_SOFTWARE) {
		if (!vector)
			chip->causes |= ICR0_SOFTWARE;
		vector__raise(chip, vector, state->software_itr);
	} else {
		vector__try(chip, vector);
	}
}

/* ICR0 is cleared by reading it; what was pending for its causes is no more. */
uint32_t i40e_interrupts__take_causes(struct i40e *chip)
{
	uint32_t causes = chip->causes;

	chip->causes = 0;
	chip->vectors[0].pending = false;
	return causes;
}

void i40e_interrupts__enable_causes(struct i40e *chip, uint32_t value)
{
	i40e__set_register(chip, PFINT_ICR0_ENA, value);
	i40e_interrupts__cause(chip, chip->causes & value);
}
