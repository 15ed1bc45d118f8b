// SPDX-License-Identifier: MIT
/* What a client may send, and what it gets for it. */
#include "cases.h"

#include <dirent.h>
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/protocol/regions.h"
#include "test/client.h"

#define PAGE 4096

static struct testbed testbed;

static struct nic *nic(void)
{
	return &testbed.ports[0].nic;
}

static unsigned int open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static int memory__create(size_t bytes)
{
	int fd = memfd_create("memory", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, bytes), 0);
	return fd;
}

static int client__map(struct client *client, uint64_t address, uint64_t size, int fd)
{
	const struct message_dma_map map = {
		.argsz = sizeof(map), .flags = MESSAGE_DMA_READABLE | MESSAGE_DMA_WRITABLE,
		.address = address, .size = size,
	};

	return client__ask(client, MESSAGE_DMA_MAP, &map, sizeof(map), &fd, fd >= 0);
}

static int client__unmap(struct client *client, uint32_t flags, uint64_t address, uint64_t size)
{
	const struct message_dma_unmap unmap = {
		.argsz = sizeof(unmap), .flags = flags, .address = address, .size = size,
	};

	return client__ask(client, MESSAGE_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0);
}

static void the_version_is_agreed_on_with_what_can_be_done(void **state)
{
	struct { struct message_version version; char data[16]; } offer = { .data = "{}" };
	struct client *client = client__create(&testbed);
	const struct message_version *version = (void *)client->reply;

	(void)state;
	assert_int_equal(client__ask(client, MESSAGE_VERSION, &offer,
				     sizeof(offer.version) + sizeof("{}"), NULL, 0), 0);
	assert_int_equal(version->major, 0);
	assert_int_equal(version->minor, 0);
	assert_int_equal(client->reply[client->reply_bytes - 1], 0);
	assert_non_null(strstr(version->capabilities, "\"max_msg_fds\":16"));
	assert_null(strstr(version->capabilities, "write_multiple"));
	client__destroy(client);
}

static void the_version_comes_first_and_once(void **state)
{
	static const struct message_device_info info = { .argsz = sizeof(info) };
	static const struct message_version version, later = { .major = 1 };
	struct client *client = client__create(&testbed);

	(void)state;
	assert_int_equal(client__ask(client, MESSAGE_DEVICE_INFO, &info, sizeof(info), NULL, 0),
			 EINVAL);
	assert_int_equal(client__ask(client, MESSAGE_VERSION, &later, sizeof(later), NULL, 0),
			 ENOTSUP);
	assert_int_equal(client__ask(client, MESSAGE_VERSION, &version, 3, NULL, 0), EINVAL);
	assert_int_equal(client__ask(client, MESSAGE_VERSION, "\0\0\0\0{}", 6, NULL, 0), EINVAL);
	assert_int_equal(client__ask(client, MESSAGE_VERSION, &version, sizeof(version), NULL, 0),
			 0);
	assert_int_equal(client__ask(client, MESSAGE_VERSION, &version, sizeof(version), NULL, 0),
			 EINVAL);
	client__destroy(client);
}

static void the_device_says_what_it_has(void **state)
{
	static const struct { uint32_t region; uint64_t size; } regions[] = {
		{ 0, 1 << 16 }, { 1, 0 }, { 2, 0 }, { 3, 0 }, { 4, 1 << 14 }, { 5, 0 },
		{ REGION_ROM, 0 }, { REGION_CONFIG, 4096 }, { REGION_VGA, 0 },
	};
	static const struct message_device_info device = { .argsz = sizeof(device) };
	struct client *client = client__connect(&testbed);
	const struct message_device_info *info = (void *)client->reply;
	const struct message_region_info *region = (void *)client->reply;
	const struct message_irq_info *irq = (void *)client->reply;

	(void)state;
	assert_int_equal(client__ask(client, MESSAGE_DEVICE_INFO, &device, sizeof(device), NULL, 0),
			 0);
	assert_int_equal(client->reply_bytes, sizeof(*info));
	assert_int_equal(info->flags, 3);
	assert_int_equal(info->regions, 9);
	assert_int_equal(info->irqs, 5);
	for (uint32_t i = 0; i < 9; i++) {
		const struct message_region_info ask = { .argsz = sizeof(ask), .index = i };

		assert_int_equal(client__ask(client, MESSAGE_REGION_INFO, &ask, sizeof(ask), NULL,
					     0), 0);
		assert_int_equal(client->reply_bytes, sizeof(*region));
		assert_int_equal(region->index, i);
		assert_int_equal(region->size, regions[i].size);
		assert_int_equal(region->flags, regions[i].size ? 3 : 0);
	}
	for (uint32_t i = 0; i < 5; i++) {
		const struct message_irq_info ask = { .argsz = sizeof(ask), .index = i };

		assert_int_equal(client__ask(client, MESSAGE_IRQ_INFO, &ask, sizeof(ask), NULL, 0),
				 0);
		assert_int_equal(client->reply_bytes, sizeof(*irq));
		assert_int_equal(irq->count, i == 2 ? 70 : 0);
	}
	client__destroy(client);
}

/* Each row is a payload that is too short, too long, or says something impossible. */
static void malformed_payloads_are_answered_with_an_error(void **state)
{
	static const struct {
		const char *what;
		uint16_t command;
		uint32_t payload[10];
		size_t bytes;
		int err;
	} rows[] = {
		{ "device info, empty", 4, {}, 0, EINVAL },
		{ "device info, small argsz", 4, { 15 }, 16, EINVAL },
		{ "region info, short", 5, { 32 }, 31, EINVAL },
		{ "region info, small argsz", 5, { 31 }, 32, EINVAL },
		{ "region info, no such region", 5, { 32, 0, 9 }, 32, EINVAL },
		{ "region info, no such region at all", 5, { 32, 0, ~0u }, 32, EINVAL },
		{ "irq info, short", 7, { 16 }, 15, EINVAL },
		{ "irq info, no such kind", 7, { 16, 0, 5 }, 16, EINVAL },
		{ "map, short", 2, { 32, 3, 0, 0, 0x1000, 0, 0x1000 }, 31, EINVAL },
		{ "map, long", 2, { 32, 3, 0, 0, 0x1000, 0, 0x1000 }, 36, EINVAL },
		{ "map, small argsz", 2, { 31, 3, 0, 0, 0x1000, 0, 0x1000 }, 32, EINVAL },
		{ "map, unknown flag", 2, { 32, 7, 0, 0, 0x1000, 0, 0x1000 }, 32, EINVAL },
		{ "map, nothing", 2, { 32, 3, 0, 0, 0x1000, 0, 0 }, 32, EINVAL },
		{ "map, wraps", 2, { 32, 3, 0, 0, 0xfffff000, ~0u, 0x2000 }, 32, EINVAL },
		{ "unmap, short", 3, { 24, 0, 0, 0, 0x1000 }, 23, EINVAL },
		{ "unmap, not mapped", 3, { 24, 0, 0, 0, 0x1000 }, 24, ENOENT },
		{ "unmap, unknown flag", 3, { 24, 4, 0, 0, 0x1000 }, 24, EINVAL },
		{ "unmap all, with a range", 3, { 24, 2, 0, 0, 0x1000 }, 24, EINVAL },
		{ "set irqs, empty", 8, {}, 0, EINVAL },
		{ "set irqs, short", 8, { 20, 0x21, 2 }, 19, EINVAL },
		{ "set irqs, small argsz", 8, { 19, 0x21, 2, 0, 1 }, 20, EINVAL },
		{ "set irqs, argsz beyond the message", 8, { 24, 0x21, 2, 0, 1 }, 20, EINVAL },
		{ "set irqs, no such kind", 8, { 20, 0x21, 5, 0, 0 }, 20, EINVAL },
		{ "set irqs, no vectors of that kind", 8, { 20, 0x21, 0, 0, 1 }, 20, EINVAL },
		{ "set irqs, no data", 8, { 20, 0x20, 2, 0, 1 }, 20, EINVAL },
		{ "set irqs, two kinds of data", 8, { 20, 0x23, 2, 0, 1 }, 20, EINVAL },
		{ "set irqs, no action", 8, { 20, 0x01, 2, 0, 1 }, 20, EINVAL },
		{ "set irqs, two actions", 8, { 20, 0x31, 2, 0, 1 }, 20, EINVAL },
		{ "set irqs, unknown flag", 8, { 20, 0x61, 2, 0, 1 }, 20, EINVAL },
		{ "set irqs, too many", 8, { 20, 0x21, 2, 0, 71 }, 20, EINVAL },
		{ "set irqs, beyond the last", 8, { 20, 0x21, 2, 70, 1 }, 20, EINVAL },
		{ "set irqs, start and count wrap", 8, { 20, 0x21, 2, 2, ~0u }, 20, EINVAL },
		{ "set irqs, start beyond all", 8, { 20, 0x21, 2, ~0u, 1 }, 20, EINVAL },
		{ "set irqs, no booleans", 8, { 20, 0x22, 2, 0, 5 }, 24, EINVAL },
		{ "set irqs, masking none", 8, { 20, 0x09, 2, 0, 0 }, 20, EINVAL },
		{ "set irqs, eventfds for masks", 8, { 20, 0x0c, 2, 0, 1 }, 20, EINVAL },
		{ "read, short", 9, { 0, 0, 0, 4 }, 15, EINVAL },
		{ "read, long", 9, { 0, 0, 0, 4 }, 20, EINVAL },
		{ "read, nothing", 9, { 0, 0, 0, 0 }, 16, EINVAL },
		{ "read, 3 bytes of a BAR", 9, { 0, 0, 0, 3 }, 16, EINVAL },
		{ "read, 16 bytes of a BAR", 9, { 0, 0, 0, 16 }, 16, EINVAL },
		{ "read, beyond the BAR", 9, { 1 << 16, 0, 0, 4 }, 16, EINVAL },
		{ "read, across the BAR's end", 9, { (1 << 16) - 2, 0, 0, 4 }, 16, EINVAL },
		{ "read, at the end of addresses", 9, { ~0u - 1, ~0u, 0, 4 }, 16, EINVAL },
		{ "read, a BAR that is not there", 9, { 0, 0, 2, 4 }, 16, EINVAL },
		{ "read, no such region", 9, { 0, 0, 9, 4 }, 16, EINVAL },
		{ "read, no such region at all", 9, { 0, 0, ~0u, 4 }, 16, EINVAL },
		{ "read, across the configuration's end", 9, { 4095, 0, 7, 2 }, 16, EINVAL },
		{ "read, more than the configuration", 9, { 0, 0, 7, 4097 }, 16, EINVAL },
		{ "read, more than anything", 9, { 0, 0, 7, ~0u }, 16, EINVAL },
		{ "write, short", 10, { 0, 0, 0, 4 }, 15, EINVAL },
		{ "write, less data than said", 10, { 0, 0, 0, 8 }, 20, EINVAL },
		{ "write, more data than said", 10, { 0, 0, 0, 4 }, 24, EINVAL },
		{ "write, count and header wrap", 10, { 0, 0, 0, ~0u - 15 }, 16, EINVAL },
		{ "write, beyond the BAR", 10, { 1 << 16, 0, 0, 4 }, 20, EINVAL },
		{ "write, beyond the configuration", 10, { 4094, 0, 7, 4 }, 20, EINVAL },
		{ "reset, with a payload", 13, {}, 4, EINVAL },
		{ "region descriptors", 6, { 16 }, 16, ENOTSUP },
		{ "read of guest memory", 11, {}, 16, ENOTSUP },
		{ "coalesced writes", 15, { 1 }, 32, ENOTSUP },
		{ "features", 16, { 8 }, 8, ENOTSUP },
		{ "command 0", 0, {}, 0, ENOTSUP },
		{ "command 65535", 65535, {}, 8, ENOTSUP },
	};
	struct client *client = client__connect(&testbed);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int err = client__ask(client, rows[i].command, rows[i].payload, rows[i].bytes, NULL,
				      0);

		if (err != rows[i].err)
			fail_msg("%s: %d instead of %d", rows[i].what, err, rows[i].err);
	}
	assert_int_equal(client__read(client, REGION_CONFIG, 0, 4), 0x56781234);
	assert_int_equal(nic()->dma.count, 0);
	client__destroy(client);
}

static void registers_are_read_and_written_in_every_size(void **state)
{
	struct client *client = client__connect(&testbed);

	(void)state;
	client__write(client, 0, ECHO_SCRATCH, 0x1122334455667788, 8);
	assert_true(client__read(client, 0, ECHO_SCRATCH, 8) == 0x1122334455667788);
	assert_int_equal(client__read(client, 0, ECHO_SCRATCH, 4), 0x55667788);
	assert_int_equal(client__read(client, 0, ECHO_SCRATCH, 2), 0x7788);
	assert_int_equal(client__read(client, 0, ECHO_SCRATCH, 1), 0x88);
	client__write(client, 0, ECHO_SCRATCH, 0xffff0001, 2);
	assert_true(client__read(client, 0, ECHO_SCRATCH, 8) == 1);
	client__destroy(client);
}

static void the_whole_configuration_space_is_read_at_once(void **state)
{
	const struct message_region_access access = { .region = REGION_CONFIG, .count = 4096 };
	struct client *client = client__connect(&testbed);

	(void)state;
	assert_int_equal(client__ask(client, MESSAGE_REGION_READ, &access, sizeof(access), NULL, 0),
			 0);
	assert_int_equal(client->reply_bytes, sizeof(access) + 4096);
	assert_memory_equal(client->reply + sizeof(access), nic()->pci.bytes, 4096);
	client__destroy(client);
}

static void messages_may_come_in_pieces_and_together(void **state)
{
	struct {
		struct message_header header;
		struct message_region_access access;
	} read = {
		{ .id = 1, .command = MESSAGE_REGION_READ, .bytes = sizeof(read) },
		{ .region = REGION_CONFIG, .count = 4 },
	}, reads[3] = { read, read, read };
	struct client *client = client__connect(&testbed);

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(read); i++) {
		assert_true(client__send(client, (char *)&read + i, 1, NULL, 0));
		assert_int_equal(client__receive(client), CLIENT_SILENT);
	}
	assert_true(client__send(client, (char *)&read + sizeof(read) - 1, 1, NULL, 0));
	assert_int_equal(client__receive(client), 0);
	assert_true(client__send(client, reads, sizeof(reads), NULL, 0));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(client__receive(client), 0);
		assert_int_equal(client->reply_bytes, sizeof(read.access) + 4);
	}
	assert_int_equal(client__receive(client), CLIENT_SILENT);
	client__destroy(client);
}

static void a_request_may_want_no_reply(void **state)
{
	const struct message_header reset = {
		.command = MESSAGE_DEVICE_RESET, .bytes = sizeof(reset), .flags = MESSAGE_NO_REPLY,
	};
	struct client *client = client__connect(&testbed);
	uint64_t resets = nic()->resets;

	(void)state;
	assert_true(client__send(client, &reset, sizeof(reset), NULL, 0));
	assert_int_equal(client__receive(client), CLIENT_SILENT);
	assert_int_equal(nic()->resets, resets + 1);
	client__destroy(client);
}

static void a_stream_that_makes_no_sense_ends(void **state)
{
	static const struct message_header headers[] = {
		{ .command = 4, .bytes = 0 },
		{ .command = 4, .bytes = 15 },
		{ .command = 4, .bytes = MESSAGE_BYTES_MAX + 1 },
		{ .command = 4, .bytes = ~0u },
		{ .command = 4, .bytes = 16, .flags = MESSAGE_REPLY },
		{ .command = 4, .bytes = 16, .flags = 0xf },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		struct client *client = client__connect(&testbed);

		assert_true(client__send(client, &headers[i], sizeof(headers[i]), NULL, 0));
		assert_int_equal(client__receive(client), CLIENT_GONE);
		client__destroy(client);
	}
}

static void memory_is_mapped_and_unmapped(void **state)
{
	struct client *client = client__connect(&testbed);
	int fd = memory__create(2 * PAGE);

	(void)state;
	assert_int_equal(client__map(client, 0x10000, 2 * PAGE, fd), 0);
	assert_int_equal(client__map(client, 0x11000, PAGE, fd), EEXIST);
	assert_int_equal(client__map(client, 0x20000, 3 * PAGE, fd), EINVAL);
	assert_int_equal(client__map(client, 0xc0000, PAGE, -1), 0);
	assert_int_equal(nic()->dma.count, 2);
	assert_int_equal(client__unmap(client, 0, 0x10000, PAGE), ENOENT);
	assert_int_equal(client__unmap(client, 0, 0x10000, 2 * PAGE), 0);
	assert_int_equal(client->reply_bytes, sizeof(struct message_dma_unmap));
	assert_int_equal(client__unmap(client, 0, 0xc0000, PAGE), 0);
	assert_int_equal(nic()->dma.count, 0);
	assert_int_equal(client__map(client, 0x10000, PAGE, fd), 0);
	assert_int_equal(client__map(client, 0x20000, PAGE, fd), 0);
	assert_int_equal(client__unmap(client, MESSAGE_UNMAP_ALL, 0, 0), 0);
	assert_int_equal(nic()->dma.count, 0);
	close(fd);
	client__destroy(client);
}

static int client__set_irqs(struct client *client, uint32_t flags, uint32_t start, uint32_t count,
			    const int *fds, unsigned int fd_count)
{
	const struct message_set_irqs set = { .argsz = sizeof(set), .flags = flags,
					      .index = MESSAGE_IRQ_MSIX, .start = start,
					      .count = count };

	return client__ask(client, MESSAGE_SET_IRQS, &set, sizeof(set), fds, fd_count);
}

static uint64_t eventfd__take(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

/* QEMU does so whenever the guest sets up one more vector. */
static void eventfds_are_set_taken_away_and_set_again(void **state)
{
	const uint32_t eventfds = MESSAGE_IRQ_EVENTFDS | MESSAGE_IRQ_TRIGGER;
	struct client *client = client__connect(&testbed);
	int fds[16];

	(void)state;
	for (int i = 0; i < 16; i++)
		fds[i] = eventfd(0, EFD_NONBLOCK);
	assert_int_equal(client__set_irqs(client, eventfds, 0, 16, fds, 16), 0);
	client__write(client, 0, ECHO_SEND_VECTOR, 15, 4);
	assert_int_equal(eventfd__take(fds[15]), 1);
	assert_int_equal(client__set_irqs(client, MESSAGE_IRQ_NONE | MESSAGE_IRQ_TRIGGER, 0, 0,
					  NULL, 0), 0);
	client__write(client, 0, ECHO_SEND_VECTOR, 15, 4);
	client__write(client, 0, ECHO_SEND_VECTOR, 15, 4);
	assert_int_equal(eventfd__take(fds[15]), 0);

	/* The message was kept, for whatever descriptor comes next. */
	assert_int_equal(client__set_irqs(client, eventfds, 14, 2, fds, 2), 0);
	assert_int_equal(eventfd__take(fds[1]), 1);
	assert_int_equal(client__set_irqs(client, eventfds, 15, 1, NULL, 0), 0);
	client__write(client, 0, ECHO_SEND_VECTOR, 14, 4);
	assert_int_equal(eventfd__take(fds[0]), 1);
	for (int i = 0; i < 16; i++)
		close(fds[i]);
	client__destroy(client);
}

static void descriptors_that_do_not_belong_are_refused_and_closed(void **state)
{
	const uint32_t eventfds = MESSAGE_IRQ_EVENTFDS | MESSAGE_IRQ_TRIGGER;
	static const struct message_device_info info = { .argsz = sizeof(info) };
	const struct message_dma_map map = { .argsz = sizeof(map), .flags = 3, .size = PAGE };
	struct client *client = client__connect(&testbed);
	unsigned int before;
	int fds[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		fds[i] = i == 5 ? memory__create(PAGE) : eventfd(0, EFD_NONBLOCK);
	before = open_files();

	assert_int_equal(client__ask(client, MESSAGE_DEVICE_INFO, &info, sizeof(info), fds, 1),
			 EINVAL);
	assert_int_equal(client__ask(client, MESSAGE_DMA_MAP, &map, sizeof(map), fds + 5, 2),
			 EINVAL);
	assert_int_equal(client__ask(client, MESSAGE_DMA_MAP, &map, sizeof(map), fds, 1), EINVAL);
	assert_int_equal(client__set_irqs(client, eventfds, 0, 3, fds, 2), EINVAL);
	assert_int_equal(client__set_irqs(client, eventfds, 0, 2, fds, 3), EINVAL);
	assert_int_equal(client__set_irqs(client, MESSAGE_IRQ_NONE | MESSAGE_IRQ_MASK, 0, 2, fds,
					  2), EINVAL);
	assert_int_equal(client__set_irqs(client, eventfds, 0, 17, fds, 17), EINVAL);
	assert_int_equal(client__set_irqs(client, eventfds, 0, 40, fds, 40), EINVAL);
	assert_int_equal(client__set_irqs(client, eventfds, 0, 16, fds + 6, 17), EINVAL);
	/* Not an eventfd: a write to it could wait, or be a write to a file. */
	assert_int_equal(client__set_irqs(client, eventfds, 9, 1, fds + 5, 1), EINVAL);
	assert_int_equal(open_files(), before);

	assert_int_equal(client__set_irqs(client, eventfds, 0, 4, fds, 4), 0);
	assert_int_equal(open_files(), before + 4);
	assert_int_equal(client__set_irqs(client, eventfds, 1, 4, fds, 4), 0);
	assert_int_equal(open_files(), before + 5);
	client__destroy(client);
	/* The connection's two ends are gone, too. */
	assert_int_equal(open_files(), before - 2);
	for (int i = 0; i < 40; i++)
		close(fds[i]);
}

static void a_client_that_is_gone_leaves_nothing(void **state)
{
	const uint32_t eventfds = MESSAGE_IRQ_EVENTFDS | MESSAGE_IRQ_TRIGGER;
	struct client *client = client__connect(&testbed);
	int memory = memory__create(PAGE), event = eventfd(0, EFD_NONBLOCK);
	struct message_header half = { .command = 4, .bytes = 32 };

	(void)state;
	assert_int_equal(client__map(client, 0x10000, PAGE, memory), 0);
	assert_int_equal(client__set_irqs(client, eventfds, 0, 1, &event, 1), 0);
	client__write(client, 0, ECHO_SCRATCH, 5, 8);
	client__write(client, 0, ECHO_TIMER, 1000, 4);
	client__write(client, REGION_CONFIG, 4, 6, 2);
	assert_true(client__send(client, &half, sizeof(half), &event, 1));
	client__destroy(client);

	assert_int_equal(nic()->dma.count, 0);
	assert_int_equal(nic()->interrupts.vectors[0].fd, -1);
	assert_false(nic__timer_is_set(nic(), 0));
	client = client__connect(&testbed);
	assert_int_equal(client__read(client, 0, ECHO_SCRATCH, 8), 0);
	assert_int_equal(client__read(client, 0, ECHO_RESET, 4), NIC_RESET_POWER + 1);
	assert_int_equal(client__read(client, REGION_CONFIG, 4, 2), 0);
	client__destroy(client);
	close(memory);
	close(event);
}

static void a_device_reset_keeps_what_the_client_passed(void **state)
{
	const uint32_t eventfds = MESSAGE_IRQ_EVENTFDS | MESSAGE_IRQ_TRIGGER;
	struct client *client = client__connect(&testbed);
	int memory = memory__create(PAGE), event = eventfd(0, EFD_NONBLOCK);

	(void)state;
	assert_int_equal(client__map(client, 0x10000, PAGE, memory), 0);
	assert_int_equal(client__set_irqs(client, eventfds, 0, 1, &event, 1), 0);
	client__write(client, 0, ECHO_SCRATCH, 5, 8);
	assert_int_equal(client__ask(client, MESSAGE_DEVICE_RESET, NULL, 0, NULL, 0), 0);

	assert_int_equal(client__read(client, 0, ECHO_SCRATCH, 8), 0);
	assert_int_equal(nic()->dma.count, 1);
	client__write(client, 0, ECHO_SEND_VECTOR, 0, 4);
	assert_int_equal(eventfd__take(event), 1);
	close(memory);
	close(event);
	client__destroy(client);
}

/* The server stops reading instead of piling up replies, and goes on when the client does. */
static void a_client_that_takes_no_replies_is_waited_for(void **state)
{
	struct {
		struct message_header header;
		struct message_region_access access;
	} read = {
		{ .command = MESSAGE_REGION_READ, .bytes = sizeof(read) },
		{ .region = REGION_CONFIG, .count = 4096 },
	};
	struct client *client = client__connect(&testbed);
	unsigned int sent = 0, received = 0;

	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		sent += client__send(client, &read, sizeof(read), NULL, 0);
		assert_int_equal(testbed__pass(&testbed, false), 0);
	}
	assert_true(sent < 5000);
	while (client__receive(client) == 0)
		received++;

	assert_int_equal(received, sent);
	client__destroy(client);
}

static int path__connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void pass(void)
{
	for (int i = 0; i < 4; i++)
		assert_int_equal(testbed__pass(&testbed, false), 0);
}

static void one_client_at_a_time(void **state)
{
	struct server *server = &testbed.ports[0].server;
	int first, second;
	char byte;

	(void)state;
	unlink("test_server.sock");
	assert_int_equal(server__listen(server, "test_server.sock"), 0);
	first = path__connect("test_server.sock");
	pass();
	second = path__connect("test_server.sock");
	pass();
	assert_int_equal(recv(second, &byte, 1, 0), 0);
	assert_int_equal(recv(first, &byte, 1, 0), -1);
	close(second);

	/* The next one is seen before the first one's end is. */
	second = path__connect("test_server.sock");
	close(first);
	pass();
	assert_int_equal(recv(second, &byte, 1, 0), -1);
	assert_int_equal(server->clients, 2);
	close(second);
}

static int setup(void **state)
{
	static const uint8_t mac[6] = { 2 };

	(void)state;
	testbed.loop.stopped_clock = true;
	return testbed__open(&testbed) || testbed__add_port(&testbed, &echo_model, mac, NULL);
}

static int teardown(void **state)
{
	(void)state;
	testbed__close(&testbed);
	return access("test_server.sock", F_OK) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_version_is_agreed_on_with_what_can_be_done),
		CASE(the_version_comes_first_and_once),
		CASE(the_device_says_what_it_has),
		CASE(malformed_payloads_are_answered_with_an_error),
		CASE(registers_are_read_and_written_in_every_size),
		CASE(the_whole_configuration_space_is_read_at_once),
		CASE(messages_may_come_in_pieces_and_together),
		CASE(a_request_may_want_no_reply),
		CASE(a_stream_that_makes_no_sense_ends),
		CASE(memory_is_mapped_and_unmapped),
		CASE(eventfds_are_set_taken_away_and_set_again),
		CASE(descriptors_that_do_not_belong_are_refused_and_closed),
		CASE(a_client_that_is_gone_leaves_nothing),
		CASE(a_device_reset_keeps_what_the_client_passed),
		CASE(a_client_that_takes_no_replies_is_waited_for),
		CASE(one_client_at_a_time),
	};

	return cmocka_run_group_tests_name("vfio-user server", tests, NULL, NULL);
}
