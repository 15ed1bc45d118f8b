// SPDX-License-Identifier: MIT
/*
 * Interrupts (datasheet 7.3, 8.2.3.5), in MSI-X mode.
 *
 *     queue ── IVAR ──── cause of a vector ──┬─ mask (EIMS) ── throttle (EITR) ── message
 *     link, ... ─ EICR ── IVAR_MISC ─────────┘
 *
 * A cause asks once for a message, when it is set. It goes when it is not masked and the vector's
 * last message is longer ago than EITR says; until then it is kept. Sending may mask the vector
 * (EIAM) and clear its cause (EIAC). Unmasking a vector whose cause is set asks again.
 *
 * Causes of the vectors 0 to 15 are also the low half of EICR, EIMS and so on; those above them are
 * always cleared when the message is sent.
 */
#include <string.h>

#include "interrupts.h"
#include "ixgbe.h"

#define BIT64(n) (UINT64_C(1) << (n))

void ixgbe_interrupts__reset(struct ixgbe *chip)
{
	memset(&chip->interrupts, 0, sizeof(chip->interrupts));
	for (unsigned int i = 0; i < IXGBE_VECTORS; i++)
		nic__set_timer(chip->nic, i, 0);
}

static bool ixgbe_interrupts__has(struct ixgbe *chip, uint32_t gpie_bit)
{
	return ixgbe__register(chip, GPIE) & gpie_bit;
}

static void ixgbe_interrupts__throttle(struct ixgbe *chip, unsigned int vector)
{
	uint64_t units = (chip->interrupts.eitr[vector] & EITR_INTERVAL) >> 3;

	if (units)
		nic__set_timer(chip->nic, vector, units * EITR_UNIT_NS);
}

/* A message of a vector, unless it is throttled. Return: whether it was sent. */
static bool ixgbe_interrupts__send(struct ixgbe *chip, unsigned int vector)
{
	if (nic__timer_is_set(chip->nic, vector))
		return false;
	chip->counters.interrupts++;
	nic__interrupt(chip->nic, vector);
	ixgbe_interrupts__throttle(chip, vector);
	return true;
}

static void ixgbe_interrupts__try(struct ixgbe *chip, unsigned int vector)
{
	struct ixgbe_interrupts *irq = &chip->interrupts;
	uint64_t bit = BIT64(vector);

	if (!(irq->unsent & irq->mask & bit) || !ixgbe_interrupts__send(chip, vector))
		return;
	irq->unsent &= ~bit;
	if (ixgbe_interrupts__has(chip, GPIE_AUTO_MASK))
		irq->mask &= ~(bit & irq->auto_mask);
	if (vector >= 16 || ixgbe__register(chip, EIAC) & bit)
		irq->cause &= ~bit;
}

static void ixgbe_interrupts__try_other(struct ixgbe *chip)
{
	uint32_t route = ixgbe__register(chip, IVAR_MISC) >> 8;
	struct ixgbe_interrupts *irq = &chip->interrupts;
	uint32_t sent = irq->other_cause & irq->other_mask;

	if (!irq->other_unsent || !sent || !(route & IVAR_VALID) ||
	    !ixgbe_interrupts__send(chip, route & IVAR_VECTOR))
		return;
	irq->other_unsent = false;
	if (ixgbe_interrupts__has(chip, GPIE_AUTO_MASK))
		irq->other_mask &= ~irq->other_auto_mask;
	irq->other_cause &= ~(sent & ixgbe__register(chip, EIAC) & CAUSE_TCP_TIMER);
}

void ixgbe_interrupts__timer(struct ixgbe *chip, unsigned int vector)
{
	if (vector >= IXGBE_VECTORS)
		return;
	ixgbe_interrupts__try(chip, vector);
	ixgbe_interrupts__try_other(chip);
}

static void ixgbe_interrupts__raise(struct ixgbe *chip, uint64_t vectors)
{
	struct ixgbe_interrupts *irq = &chip->interrupts;

	irq->unsent |= vectors & ~irq->cause;
	irq->cause |= vectors;
	for (uint64_t left = irq->unsent & vectors; left; left &= left - 1)
		ixgbe_interrupts__try(chip, (unsigned int)__builtin_ctzll(left));
}

void ixgbe_interrupts__raise_other(struct ixgbe *chip, uint32_t causes)
{
	struct ixgbe_interrupts *irq = &chip->interrupts;

	if (causes & CAUSE_OTHERS & ~irq->other_cause)
		irq->other_unsent = true;
	irq->other_cause |= causes & CAUSE_OTHERS;
	ixgbe_interrupts__try_other(chip);
}

/* Two queues a register; of each, first what received, then what was sent. */
void ixgbe_interrupts__raise_queue(struct ixgbe *chip, unsigned int queue, bool transmit)
{
	unsigned int shift = queue % 2 * 16 + (transmit ? 8 : 0);
	uint32_t route = ixgbe__register(chip, IVAR(queue / 2)) >> shift;

	if (route & IVAR_VALID)
		ixgbe_interrupts__raise(chip, BIT64(route & IVAR_VECTOR));
}

static void ixgbe_interrupts__unmask(struct ixgbe *chip, uint64_t vectors)
{
	struct ixgbe_interrupts *irq = &chip->interrupts;

	irq->mask |= vectors;
	irq->unsent |= irq->cause & vectors;
	for (uint64_t left = irq->unsent & vectors; left; left &= left - 1)
		ixgbe_interrupts__try(chip, (unsigned int)__builtin_ctzll(left));
}

static void ixgbe_interrupts__unmask_other(struct ixgbe *chip, uint32_t causes)
{
	struct ixgbe_interrupts *irq = &chip->interrupts;

	irq->other_mask |= causes & CAUSE_OTHERS;
	if (irq->other_cause & causes & CAUSE_OTHERS)
		irq->other_unsent = true;
	ixgbe_interrupts__try_other(chip);
}

static void ixgbe_interrupts__clear(struct ixgbe *chip, uint32_t causes)
{
	struct ixgbe_interrupts *irq = &chip->interrupts;

	irq->cause &= ~(uint64_t)(causes & CAUSE_QUEUES);
	irq->unsent &= irq->cause;
	irq->other_cause &= ~causes;
	if (!irq->other_cause)
		irq->other_unsent = false;
}

/* Software asks: with GPIE.EIMEN it does not have to wait for the throttle. */
static void ixgbe_interrupts__ask(struct ixgbe *chip, uint64_t vectors)
{
	if (ixgbe_interrupts__has(chip, GPIE_IMMEDIATE))
		for (uint64_t left = vectors; left; left &= left - 1)
			nic__set_timer(chip->nic, (unsigned int)__builtin_ctzll(left), 0);
	ixgbe_interrupts__raise(chip, vectors);
}

static uint32_t ixgbe_interrupts__causes(const struct ixgbe_interrupts *irq)
{
	uint32_t causes = ((uint32_t)irq->cause & CAUSE_QUEUES) | irq->other_cause;

	return irq->other_cause ? causes | CAUSE_ANY_OTHER : causes;
}

static int ixgbe_interrupts__eitr(uint32_t offset)
{
	if (offset >= EITR_LOW(0) && offset < EITR_LOW(EITR_LOW_COUNT))
		return (int)(offset - EITR_LOW(0)) / 4;
	if (offset >= EITR_HIGH(EITR_LOW_COUNT) && offset < EITR_HIGH(IXGBE_VECTORS))
		return (int)(offset - EITR_HIGH(EITR_LOW_COUNT)) / 4 + EITR_LOW_COUNT;
	return -1;
}

bool ixgbe_interrupts__read(struct ixgbe *chip, uint32_t offset, uint32_t *value)
{
	struct ixgbe_interrupts *irq = &chip->interrupts;
	int eitr = ixgbe_interrupts__eitr(offset);

	if (eitr >= 0) {
		*value = irq->eitr[eitr];
		return true;
	}
	switch (offset) {
	case EICR:
		*value = ixgbe_interrupts__causes(irq);
		ixgbe_interrupts__clear(chip,
					ixgbe_interrupts__has(chip, GPIE_OTHER_CLEAR_DISABLE) ?
					CAUSE_OTHERS : CAUSE_OTHERS | CAUSE_QUEUES);
		return true;
	case EICS:
		*value = ixgbe_interrupts__causes(irq);	/* and they stay */
		return true;
	case EIMS:
	case EIMC:
		*value = ((uint32_t)irq->mask & CAUSE_QUEUES) | irq->other_mask;
		return true;
	case EIAM:
		*value = ((uint32_t)irq->auto_mask & CAUSE_QUEUES) | irq->other_auto_mask;
		return true;
	case EICS_EX(0):
	case EICS_EX(1):
		*value = (uint32_t)(irq->cause >> (offset == EICS_EX(1) ? 32 : 0));
		return true;
	case EIMS_EX(0):
	case EIMC_EX(0):
		*value = (uint32_t)irq->mask;
		return true;
	case EIMS_EX(1):
	case EIMC_EX(1):
		*value = (uint32_t)(irq->mask >> 32);
		return true;
	case EIAM_EX(0):
	case EIAM_EX(1):
		*value = (uint32_t)(irq->auto_mask >> (offset == EIAM_EX(1) ? 32 : 0));
		return true;
	default:
		return false;
	}
}

static void ixgbe_interrupts__set_eitr(struct ixgbe *chip, unsigned int vector, uint32_t value)
{
	chip->interrupts.eitr[vector] = value & EITR_INTERVAL;
	if (value & EITR_KEEP_COUNTER)
		return;
	/* The counter is written too, with 0: what waits need not wait longer. */
	nic__set_timer(chip->nic, vector, 0);
	ixgbe_interrupts__timer(chip, vector);
}

bool ixgbe_interrupts__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	struct ixgbe_interrupts *irq = &chip->interrupts;
	int eitr = ixgbe_interrupts__eitr(offset);

	if (eitr >= 0) {
		ixgbe_interrupts__set_eitr(chip, (unsigned int)eitr, value);
		return true;
	}
	switch (offset) {
	case EICR:
		ixgbe_interrupts__clear(chip, value);
		return true;
	case EICS:
		ixgbe_interrupts__ask(chip, value & CAUSE_QUEUES);
		ixgbe_interrupts__raise_other(chip, value);
		return true;
	case EIMS:
		ixgbe_interrupts__unmask(chip, value & CAUSE_QUEUES);
		ixgbe_interrupts__unmask_other(chip, value);
		return true;
	case EIMC:
		irq->mask &= ~(uint64_t)(value & CAUSE_QUEUES);
		irq->other_mask &= ~value;
		return true;
	case EIAM:
		irq->auto_mask &= ~(uint64_t)CAUSE_QUEUES;
		irq->auto_mask |= value & CAUSE_QUEUES;
		irq->other_auto_mask = value & CAUSE_OTHERS;
		return true;
	case EICS_EX(0):
	case EICS_EX(1):
		ixgbe_interrupts__ask(chip, (uint64_t)value << (offset == EICS_EX(1) ? 32 : 0));
		return true;
	case EIMS_EX(0):
	case EIMS_EX(1):
		ixgbe_interrupts__unmask(chip,
					 (uint64_t)value << (offset == EIMS_EX(1) ? 32 : 0));
		return true;
	case EIMC_EX(0):
	case EIMC_EX(1):
		irq->mask &= ~((uint64_t)value << (offset == EIMC_EX(1) ? 32 : 0));
		return true;
	case EIAM_EX(0):
		irq->auto_mask = (irq->auto_mask & ~(uint64_t)UINT32_MAX) | value;
		return true;
	case EIAM_EX(1):
		irq->auto_mask = (irq->auto_mask & UINT32_MAX) | (uint64_t)value << 32;
		return true;
	default:
		return false;
	}
}
