// SPDX-License-Identifier: MIT
/*
 * The host memory cache (datasheet section 7.9, "Host memory cache"): where in guest memory the
 * contexts of the queues are.
 *
 *     context address in the function's private memory ── 2 MB each ── segment descriptor
 *                                                           direct: the memory itself, or
 *                                                           paged: 512 page descriptors of 8 bytes
 *
 * Nothing is cached: descriptors of pages are read for every access. A context is read once, when
 * its queue is enabled; what it says is checked here, and a queue that cannot be stays disabled.
 */
#include "core/memory/dma.h"
#include "frame/bytes.h"
#include "hmc.h"
#include "i40e.h"
#include "intel/queue_context.h"
#include "interrupts.h"
#include "registers.h"

#define SEGMENT_BYTES 0x200000u
#define PAGE_BYTES 4096u
#define TX_CONTEXT_BYTES 128u		/* GLHMC_LANTXOBJSZ */
#define BASE_UNIT 512u			/* of GLHMC_LAN*BASE */

/* PFHMC_ERRORINFO.HMC_ERROR_TYPE */
enum hmc_error {
	HMC_BAD_QUEUE = 2,
	HMC_SEGMENT_INVALID = 5,
	HMC_SEGMENT_TOO_SMALL = 6,
	HMC_PAGE_INVALID = 7,
	HMC_NO_MEMORY = 8,
};

static bool hmc__fail(struct i40e *chip, enum hmc_error error, uint32_t data)
{
	chip->counters.bad_contexts++;
	i40e__set_register(chip, PFHMC_ERRORINFO, error << ERRORINFO_TYPE_LOW | ERRORINFO_DETECTED);
	i40e__set_register(chip, PFHMC_ERRORDATA, data);
	i40e_interrupts__cause(chip, ICR0_HMC_ERROR);
	nic__warn(chip->nic, "a queue context cannot be had (HMC error %u)", error);
	return false;
}

void i40e_hmc__command(struct i40e *chip, uint32_t value)
{
	uint32_t index = value & SDCMD_INDEX_MASK;

	i40e__set_register(chip, PFHMC_SDCMD, value);
	if (index >= I40E_SEGMENT_DESCRIPTORS) {
		nic__warn(chip->nic, "the HMC has no segment descriptors beyond %u",
			  I40E_SEGMENT_DESCRIPTORS - 1);
		return;
	}
	if (value & SDCMD_WRITE) {
		chip->segments[index].low = i40e__register(chip, PFHMC_SDDATALOW);
		chip->segments[index].high = i40e__register(chip, PFHMC_SDDATAHIGH);
	} else {
		i40e__set_register(chip, PFHMC_SDDATALOW, chip->segments[index].low);
		i40e__set_register(chip, PFHMC_SDDATAHIGH, chip->segments[index].high);
	}
}

/* Contexts are aligned to their size: one never crosses a page. */
static bool hmc__read(struct i40e *chip, uint64_t address, void *to, size_t bytes)
{
	uint64_t segment = address / SEGMENT_BYTES, backing;
	uint32_t low, page = address % SEGMENT_BYTES / PAGE_BYTES;
	uint8_t descriptor[8];

	if (segment >= I40E_SEGMENT_DESCRIPTORS)
		return hmc__fail(chip, HMC_SEGMENT_INVALID, segment);
	low = chip->segments[segment].low;
	if (!(low & SDDATA_VALID))
		return hmc__fail(chip, HMC_SEGMENT_INVALID, segment);
	if (page >= bits(low, SDDATA_PAGES_LOW, 10))
		return hmc__fail(chip, HMC_SEGMENT_TOO_SMALL, segment);

	backing = (uint64_t)chip->segments[segment].high << 32 | (low & ~(PAGE_BYTES - 1));
	if (low & SDDATA_DIRECT) {
		backing += address % SEGMENT_BYTES;
	} else {
		if (!dma__read(chip->nic, backing + 8 * page, descriptor, sizeof(descriptor))) {
			chip->counters.bad_addresses++;
			return hmc__fail(chip, HMC_NO_MEMORY, segment);
		}
		if (!(descriptor[0] & 1))
			return hmc__fail(chip, HMC_PAGE_INVALID, page);
		backing = (le64(descriptor) & ~(uint64_t)(PAGE_BYTES - 1)) + address % PAGE_BYTES;
	}
	if (!dma__read(chip->nic, backing, to, bytes)) {
		chip->counters.bad_addresses++;
		return hmc__fail(chip, HMC_NO_MEMORY, segment);
	}
	return true;
}

static bool context__read(struct i40e *chip, unsigned int queue, uint32_t base, uint32_t count,
			  void *context, size_t bytes)
{
	if (queue >= i40e__register(chip, count))
		return hmc__fail(chip, HMC_BAD_QUEUE, queue);
	return hmc__read(chip, (uint64_t)i40e__register(chip, base) * BASE_UNIT + queue * bytes,
			 context, bytes);
}

/* Section 8.4: LAN transmit queue context, in lines of 128 bits. */
bool i40e_hmc__load_tx(struct i40e *chip, unsigned int queue, struct tx_ring *ring)
{
	uint8_t line[TX_CONTEXT_BYTES];
	uint64_t length, head;

	if (!context__read(chip, queue, GLHMC_LANTXBASE, GLHMC_LANTXCNT, line, sizeof(line)))
		return false;
	head = context__field(line, 0, 13);
	length = context__field(line, 128 + 33, 13);
	if (!context__ring_is_possible(length, head))
		return hmc__fail(chip, HMC_BAD_QUEUE, queue);

	ring->base = context__field(line, 32, 57) * CONTEXT_BASE_UNIT;
	chip->programs_flows[queue] = context__field(line, 91, 1);
	ring->writes_head = context__field(line, 128 + 32, 1);
	ring->head_address = le64(line + 24);
	ring->length = length;
	ring->head = head;
	return true;
}

/* Section 8.3: LAN receive queue context. */
bool i40e_hmc__load_rx(struct i40e *chip, unsigned int queue, struct rx_ring *ring)
{
	uint8_t context[RX_CONTEXT_BYTES];	/* GLHMC_LANRXOBJSZ */

	if (!context__read(chip, queue, GLHMC_LANRXBASE, GLHMC_LANRXCNT, context, sizeof(context)))
		return false;
	return (rx_ring__decode(ring, chip->nic, context) && ring->buffer_bytes) ||
	       hmc__fail(chip, HMC_BAD_QUEUE, queue);
}
