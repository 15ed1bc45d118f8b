/* SPDX-License-Identifier: MIT */
/*
 * What a model of a NIC is, and what the core does for it.
 *
 *     QEMU ── vfio-user socket ── server ── pci ─── model ─── wire ── peer, TAP or Unix socket
 *              (one per port)         │                │
 *                                  dma ──────────────┘  guest memory, by address, bounds checked
 *
 * One process serves all ports and all wires from one thread: no handler of a model is ever entered
 * twice at a time, and none may wait. A register access is answered before the guest's processor
 * goes on, so a handler only changes state; whatever walks descriptors or moves frames is done in
 * work(), which the core calls after the answer has been sent.
 *
 * Nothing the guest writes is trusted: offsets are within the BAR and sizes are 1, 2, 4 or 8 when a
 * handler is called, everything else is the model's to check. Descriptors and frames are copied out
 * of guest memory once (dma.h) before they are looked at.
 */
#ifndef NIC_H
#define NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIC_BARS 6
#define NIC_TIMERS 128
/* The longest frame on a wire, without its checksum: jumbo frames of 9.5 KiB and some. */
#define NIC_FRAME_MAX 16384

struct nic;

struct nic_bar {
	uint64_t size;		/* bytes, a power of two; 0: not there */
	bool wide;		/* 64-bit: takes this slot and the next */
	bool prefetchable;
};

/* Where in the configuration space the capabilities are: drivers may have the offsets built in. */
struct nic_capabilities {
	uint8_t power;
	uint8_t msix;
	uint8_t express;
	bool serial;		/* a Device Serial Number, made of the port's address */
};

struct nic_msix {
	unsigned int vectors;
	unsigned int bar;
	uint32_t table;		/* offsets in the BAR, multiples of 8 */
	uint32_t pending;
};

enum nic_reset {
	NIC_RESET_POWER,	/* at start, or the virtual machine was reset */
	NIC_RESET_FUNCTION,	/* a function-level reset */
};

/* One counter of a model, for its users: "tx_frames" 17. */
struct nic_counter {
	const char *name;
	uint64_t value;
};

struct nic_model {
	const char *name;	/* what the command line calls it: "ixgbe" */
	const char *title;	/* what people call it: "Intel 82599" */
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint8_t revision;
	uint32_t class_code;	/* 24 bits */
	struct nic_bar bars[NIC_BARS];
	struct nic_capabilities capabilities;
	struct nic_msix msix;

	size_t state_bytes;	/* of what nic__state() answers; zeroed when the port is made */

	/* Brings every register to its default. The link of the wire is as nic__link() says. */
	void (*reset)(struct nic *nic, enum nic_reset kind);

	/* An access to a BAR; @size is 1, 2, 4 or 8 and the access lies within the BAR. */
	uint64_t (*read)(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size);
	void (*write)(struct nic *nic, unsigned int bar, uint64_t offset, uint64_t value,
		      unsigned int size);

	/*
	 * One bounded pass over what there is to do, after nic__schedule().
	 * Return: whether there is more, so that it is called again after others had their turn.
	 */
	bool (*work)(struct nic *nic);

	/*
	 * A frame from the wire, without its checksum, at least 14 bytes.
	 * Return: whether it was taken (received, filtered or counted as dropped). False: there is
	 * no room at the moment; the wire keeps the frame and offers it again after nic__room().
	 */
	bool (*receive)(struct nic *nic, const void *frame, size_t bytes);

	/* A frame that receive() had no room for waited too long (wire.h): count it as missed. */
	void (*missed)(struct nic *nic);

	/* The link of the wire went up or down. */
	void (*link)(struct nic *nic, bool up);

	/* A timer set with nic__set_timer() has run out. */
	void (*timer)(struct nic *nic, unsigned int timer);

	/* Fills at most @room counters. Return: how many there are. */
	size_t (*counters)(struct nic *nic, struct nic_counter *counters, size_t room);
};

/* The model's own state: state_bytes, aligned for any type. */
void *nic__state(struct nic *nic);
/* The port's address on the wire, 6 bytes. */
const uint8_t *nic__mac(const struct nic *nic);
/* Whether the wire has a link. */
bool nic__link(const struct nic *nic);

/* Has work() called soon. */
void nic__schedule(struct nic *nic);
/* Says that receive() may be tried again. */
void nic__room(struct nic *nic);

/* Sends one MSI-X message, unless the guest has masked or not set the vector. */
void nic__interrupt(struct nic *nic, unsigned int vector);
/* Has timer() called in @ns, in place of what was set before; 0 stops it. @timer < NIC_TIMERS. */
void nic__set_timer(struct nic *nic, unsigned int timer, uint64_t ns);
bool nic__timer_is_set(const struct nic *nic, unsigned int timer);
/* Monotonic time, in nanoseconds, the same for a whole pass. */
uint64_t nic__now(const struct nic *nic);

/*
 * Puts a frame on the wire, without its checksum.
 * Return: false when the wire has no room: keep it where it is and schedule nothing, the core does
 * so when there is room again. With no link the frame is gone and true is returned.
 */
bool nic__transmit(struct nic *nic, const void *frame, size_t bytes);

/* Says once (each text once a port) what the guest did that the model does not know. */
void nic__warn(struct nic *nic, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
