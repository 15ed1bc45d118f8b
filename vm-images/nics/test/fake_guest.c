// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/pci/pci_capabilities.h"
#include "core/protocol/regions.h"
#include "core/testbed.h"
#include "fake_guest.h"

#define COUNTERS_MAX 512
/* Passes with nothing to do until it is over, and passes after which it should have been. */
#define IDLE_PASSES 3
#define PASSES_MAX 1000000

struct sent_frame {
	struct sent_frame *next;
	size_t bytes;
	uint8_t data[];
};

struct guest {
	struct testbed testbed;
	int *vectors;			/* eventfds, our ends */
	int peer;			/* the far end of the wire */
	uint8_t *memory;
	uint64_t allocated;
	struct sent_frame *first, **last;
	size_t sent;
	bool refuses;
};

/* What the wire is filled with to make it refuse: no card sends it, and it is not handed out. */
static const uint8_t filler[60] = "a frame of fake_guest.c that fills the wire";

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("fake guest: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	abort();
}

static void check(int err, const char *what)
{
	if (err < 0)
		fail("%s: %s", what, strerror(-err));
}

struct nic *guest__nic(struct guest *guest)
{
	return &guest->testbed.ports[0].nic;
}

static struct wire *guest__wire(struct guest *guest)
{
	return &guest->testbed.wires[0];
}

static void guest__create_memory(struct guest *guest)
{
	const struct dma_mapping mapping = { .address = GUEST_BASE, .size = GUEST_BYTES,
					     .readable = true, .writable = true };
	int fd = memfd_create("guest", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, GUEST_BYTES))
		fail("memory: %s", strerror(errno));
	guest->memory = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (guest->memory == MAP_FAILED)
		fail("memory: %s", strerror(errno));
	check(dma_map__add(&guest__nic(guest)->dma, &mapping, fd, 0), "mapping memory");
	close(fd);
}

static void guest__create_vectors(struct guest *guest)
{
	struct interrupts *interrupts = &guest__nic(guest)->interrupts;

	guest->vectors = calloc(interrupts->count + 1, sizeof(*guest->vectors));
	for (unsigned int i = 0; i < interrupts->count; i++) {
		guest->vectors[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		check(interrupts__set(interrupts, i, dup(guest->vectors[i])), "an eventfd");
	}
}

static void guest__create_wire(struct guest *guest)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends))
		fail("a socket pair: %s", strerror(errno));
	guest->peer = ends[1];
	check(testbed__add_wire(&guest->testbed), "a wire");
	check(wire_end__attach_port(guest__wire(guest), 0, guest__nic(guest)), "the port");
	check(wire_end__attach_socket(guest__wire(guest), 1, ends[0]), "the wire's far end");
}

struct guest *guest__create(const struct nic_model *model)
{
	static const uint8_t mac[6] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 };
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		fail("no memory");
	guest->last = &guest->first;
	guest->testbed.loop.stopped_clock = true;
	guest->testbed.loop.now = 1000000000;
	check(testbed__open(&guest->testbed), "the testbed");
	check(testbed__add_port(&guest->testbed, model, mac, NULL), model->name);
	guest__create_memory(guest);
	guest__create_vectors(guest);
	guest__create_wire(guest);
	guest__bus_master(guest, true);
	guest__run(guest);
	return guest;
}

void guest__destroy(struct guest *guest)
{
	unsigned int vectors = guest__nic(guest)->interrupts.count;

	testbed__close(&guest->testbed);
	for (unsigned int i = 0; i < vectors; i++)
		close(guest->vectors[i]);
	free(guest->vectors);
	close(guest->peer);
	munmap(guest->memory, GUEST_BYTES);
	while (guest->first) {
		struct sent_frame *frame = guest->first;

		guest->first = frame->next;
		free(frame);
	}
	free(guest);
}

uint64_t guest__read(struct guest *guest, unsigned int bar, uint64_t offset, unsigned int size)
{
	uint64_t value = 0;

	if (region__read(guest__nic(guest), bar, offset, &value, size))
		fail("read of %u bytes at %#llx of BAR %u", size, (unsigned long long)offset, bar);
	return value;
}

void guest__write(struct guest *guest, unsigned int bar, uint64_t offset, uint64_t value,
		  unsigned int size)
{
	if (region__write(guest__nic(guest), bar, offset, &value, size))
		fail("write of %u bytes at %#llx of BAR %u", size, (unsigned long long)offset, bar);
}

uint32_t guest__read32(struct guest *guest, uint64_t offset)
{
	return guest__read(guest, 0, offset, 4);
}

void guest__write32(struct guest *guest, uint64_t offset, uint32_t value)
{
	guest__write(guest, 0, offset, value, 4);
}

uint32_t guest__config_read(struct guest *guest, unsigned int offset, unsigned int size)
{
	uint32_t value = 0;

	if (size > sizeof(value) ||
	    region__read(guest__nic(guest), REGION_CONFIG, offset, &value, size))
		fail("read of %u bytes at %#x of the configuration space", size, offset);
	return value;
}

void guest__config_write(struct guest *guest, unsigned int offset, uint32_t value,
			 unsigned int size)
{
	if (size > sizeof(value) ||
	    region__write(guest__nic(guest), REGION_CONFIG, offset, &value, size))
		fail("write of %u bytes at %#x of the configuration space", size, offset);
}

void guest__bus_master(struct guest *guest, bool on)
{
	guest__config_write(guest, PCI_COMMAND, on ? PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER :
						PCI_COMMAND_MEMORY, 2);
}

void *guest__at(struct guest *guest, uint64_t address)
{
	return address - GUEST_BASE < GUEST_BYTES ? guest->memory + (address - GUEST_BASE) : NULL;
}

uint64_t guest__alloc(struct guest *guest, size_t bytes, size_t alignment)
{
	uint64_t at = (guest->allocated + alignment - 1) & ~(uint64_t)(alignment - 1);

	if (at + bytes > GUEST_BYTES)
		fail("guest memory is used up");
	guest->allocated = at + bytes;
	return GUEST_BASE + at;
}

/* Return: whether there was a frame. */
static bool guest__collect(struct guest *guest)
{
	static uint8_t data[NIC_FRAME_MAX];
	ssize_t bytes = recv(guest->peer, data, sizeof(data), 0);
	struct sent_frame *frame;

	if (bytes <= 0)
		return false;
	if (bytes == sizeof(filler) && !memcmp(data, filler, bytes))
		return true;
	frame = malloc(sizeof(*frame) + bytes);
	if (!frame)
		fail("no memory");
	frame->next = NULL;
	frame->bytes = bytes;
	memcpy(frame->data, data, bytes);
	*guest->last = frame;
	guest->last = &frame->next;
	guest->sent++;
	return true;
}

void guest__run(struct guest *guest)
{
	unsigned int idle = 0;

	for (unsigned int passes = 0; idle < IDLE_PASSES; passes++) {
		check(testbed__pass(&guest->testbed, false), "a pass");
		idle = testbed__deadline(&guest->testbed) > guest->testbed.loop.now ? idle + 1 : 0;
		while (guest__collect(guest))
			idle = 0;
		if (passes == PASSES_MAX)
			fail("the card has had work for %u passes", passes);
	}
}

void guest__advance(struct guest *guest, uint64_t ns)
{
	uint64_t end = guest->testbed.loop.now + ns;

	for (;;) {
		uint64_t deadline;

		guest__run(guest);
		deadline = testbed__deadline(&guest->testbed);
		if (deadline > end)
			break;
		guest->testbed.loop.now = deadline;
	}
	guest->testbed.loop.now = end;
	guest__run(guest);
}

void guest__inject(struct guest *guest, const void *frame, size_t bytes)
{
	if (send(guest->peer, frame, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
		fail("injecting a frame of %zu bytes: %s", bytes, strerror(errno));
	guest__run(guest);
}

size_t guest__sent(struct guest *guest)
{
	return guest->sent;
}

size_t guest__take(struct guest *guest, void *to, size_t room)
{
	struct sent_frame *frame = guest->first;
	size_t bytes;

	if (!frame)
		return 0;
	bytes = frame->bytes;
	if (bytes > room)
		fail("a frame of %zu bytes for %zu bytes of room", bytes, room);
	memcpy(to, frame->data, bytes);
	guest->first = frame->next;
	if (!guest->first)
		guest->last = &guest->first;
	guest->sent--;
	free(frame);
	return bytes;
}

/* The far end refuses for ever, and the queue in front of it is full. */
void guest__refuse(struct guest *guest, bool refuse)
{
	struct wire_direction *direction = &guest__wire(guest)->directions[0];
	struct wire_faults faults = guest__wire(guest)->faults;

	faults.patience_ns = refuse ? 0 : WIRE_PATIENCE_NS;
	wire__set_faults(guest__wire(guest), &faults);
	direction->refused = refuse;
	while (refuse && frame_queue__push(&direction->queue, filler, sizeof(filler),
					   guest->testbed.loop.now))
		;
	if (!refuse)
		guest__run(guest);
}

size_t guest__waiting(struct guest *guest)
{
	return guest__wire(guest)->directions[1].queue.count;
}

void guest__set_link(struct guest *guest, bool up)
{
	struct wire_faults faults = guest__wire(guest)->faults;

	faults.down = !up;
	wire__set_faults(guest__wire(guest), &faults);
	guest__run(guest);
}

unsigned int guest__interrupts(struct guest *guest, unsigned int vector)
{
	uint64_t count;

	if (vector >= guest__nic(guest)->interrupts.count)
		fail("vector %u of %u", vector, guest__nic(guest)->interrupts.count);
	return read(guest->vectors[vector], &count, sizeof(count)) == sizeof(count) ? count : 0;
}

uint64_t guest__counter(struct guest *guest, const char *name)
{
	struct nic_counter counters[COUNTERS_MAX];
	struct nic *nic = guest__nic(guest);
	size_t count = nic->model->counters(nic, counters, COUNTERS_MAX);

	for (size_t i = 0; i < count && i < COUNTERS_MAX; i++) {
		if (!strcmp(counters[i].name, name))
			return counters[i].value;
	}
	fail("%s has no counter \"%s\"", nic->model->name, name);
}

void guest__reset(struct guest *guest, enum nic_reset kind)
{
	port__reset(guest__nic(guest), kind);
	guest__bus_master(guest, true);
	guest__run(guest);
}
