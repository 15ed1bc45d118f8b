// SPDX-License-Identifier: MIT
#include "guest_case.h"

#include <errno.h>
#include <sys/mman.h>

#include "core/memory/dma.h"
#include "core/memory/dma_fault.h"
#include "core/port.h"

#define PAGE 4096
#define END (GUEST_BASE + GUEST_BYTES)

/* A file of @pages pages, each byte of a page its number. */
static int pages__create(unsigned int pages)
{
	int fd = memfd_create("pages", MFD_CLOEXEC);
	uint8_t page[PAGE];

	for (unsigned int i = 0; i < pages; i++) {
		memset(page, i, PAGE);
		assert_int_equal(pwrite(fd, page, PAGE, i * PAGE), PAGE);
	}
	return fd;
}

static int guest__map(struct guest *guest, uint64_t address, uint64_t size, int fd, uint64_t offset,
		      const char *access)
{
	const struct dma_mapping mapping = {
		.address = address, .size = size,
		.readable = strchr(access, 'r'), .writable = strchr(access, 'w'),
	};

	return dma_map__add(&guest__nic(guest)->dma, &mapping, fd, offset);
}

static void bytes_are_copied_both_ways(void **state)
{
	struct guest *guest = *state;
	char bytes[9] = {};

	strcpy(guest__at(guest, GUEST_BASE + 100), "8 bytes!");

	assert_true(dma__read(guest__nic(guest), GUEST_BASE + 100, bytes, 9));
	assert_string_equal(bytes, "8 bytes!");
	assert_true(dma__write(guest__nic(guest), END - 9, "the end.", 9));
	assert_string_equal(guest__at(guest, END - 9), "the end.");
}

static void what_is_not_wholly_mapped_is_refused_and_reads_as_zero(void **state)
{
	static const struct { uint64_t address; size_t bytes; } accesses[] = {
		{ 0, 1 },
		{ GUEST_BASE - 1, 1 },
		{ GUEST_BASE - 1, 2 },
		{ GUEST_BASE - 8, 64 },
		{ END - 1, 2 },
		{ END - 63, 64 },
		{ END, 1 },
		{ UINT64_MAX, 1 },
		{ UINT64_MAX, 2 },
		{ UINT64_MAX - 7, 16 },
		{ UINT64_MAX - 63, 64 },
		/* Begins within, and wraps around to within. */
		{ GUEST_BASE + 8, SIZE_MAX - 7 },
	};
	struct guest *guest = *state;
	struct nic *nic = guest__nic(guest);
	uint8_t bytes[64];

	memset(guest__at(guest, GUEST_BASE), 0x55, 64);
	memset(guest__at(guest, END - 64), 0x55, 64);
	for (size_t i = 0; i < sizeof(accesses) / sizeof(*accesses); i++) {
		uint64_t refused = nic->dma.refused;

		memset(bytes, 0xee, sizeof(bytes));
		assert_false(dma__write(nic, accesses[i].address, bytes, accesses[i].bytes));
		assert_int_equal(nic->dma.refused, refused + 1);
		if (accesses[i].bytes > sizeof(bytes))
			continue;
		assert_false(dma__read(nic, accesses[i].address, bytes, accesses[i].bytes));
		for (size_t b = 0; b < accesses[i].bytes; b++)
			assert_int_equal(bytes[b], 0);
	}
	for (size_t b = 0; b < 64; b++) {
		assert_int_equal(((uint8_t *)guest__at(guest, GUEST_BASE))[b], 0x55);
		assert_int_equal(((uint8_t *)guest__at(guest, END - 64))[b], 0x55);
	}
}

static void mappings_side_by_side_are_one(void **state)
{
	struct guest *guest = *state;
	uint8_t bytes[20];
	int fd = pages__create(3);

	/* In the other order than the file's, to tell them apart. */
	assert_int_equal(guest__map(guest, 0x11000, PAGE, fd, 0, "rw"), 0);
	assert_int_equal(guest__map(guest, 0x10000, PAGE, fd, 2 * PAGE, "rw"), 0);

	assert_true(dma__read(guest__nic(guest), 0x10ff6, bytes, 20));
	assert_int_equal(bytes[0], 2);
	assert_int_equal(bytes[9], 2);
	assert_int_equal(bytes[10], 0);
	assert_int_equal(bytes[19], 0);
	memset(bytes, 7, sizeof(bytes));
	assert_true(dma__write(guest__nic(guest), 0x10ff6, bytes, 20));
	assert_int_equal(pread(fd, bytes, 1, PAGE - 1), 1);
	assert_int_equal(bytes[0], 0);
	assert_int_equal(pread(fd, bytes, 1, 9), 1);
	assert_int_equal(bytes[0], 7);
	assert_int_equal(pread(fd, bytes, 1, 3 * PAGE - 1), 1);
	assert_int_equal(bytes[0], 7);
	close(fd);
}

static void addresses_do_not_go_on_at_zero(void **state)
{
	struct guest *guest = *state;
	uint8_t bytes[8] = { 7, 7, 7, 7, 7, 7, 7, 7 };
	int fd = pages__create(2);

	assert_int_equal(guest__map(guest, -(uint64_t)PAGE, PAGE, fd, PAGE, "rw"), 0);
	assert_int_equal(guest__map(guest, 0, PAGE, fd, 0, "rw"), 0);

	assert_true(dma__read(guest__nic(guest), UINT64_MAX - 7, bytes, 8));
	assert_int_equal(bytes[7], 1);
	assert_false(dma__write(guest__nic(guest), UINT64_MAX - 3, "xxxxxxxx", 8));
	assert_false(dma__read(guest__nic(guest), UINT64_MAX - 3, bytes, 8));
	assert_int_equal(bytes[0], 0);
	close(fd);
}

static void a_hole_between_mappings_stops_all_of_an_access(void **state)
{
	struct guest *guest = *state;
	uint8_t bytes[2 * PAGE + 2];
	int fd = pages__create(3);

	assert_int_equal(guest__map(guest, 0x10000, PAGE, fd, PAGE, "rw"), 0);
	assert_int_equal(guest__map(guest, 0x12000, PAGE, fd, 2 * PAGE, "rw"), 0);
	memset(bytes, 7, sizeof(bytes));

	assert_false(dma__write(guest__nic(guest), 0x10fff, bytes, sizeof(bytes)));

	assert_int_equal(pread(fd, bytes, 1, 2 * PAGE - 1), 1);
	assert_int_equal(bytes[0], 1);
	close(fd);
}

static void a_mapping_is_used_only_as_it_allows(void **state)
{
	struct guest *guest = *state;
	struct nic *nic = guest__nic(guest);
	uint8_t byte = 9;
	int fd = pages__create(3);

	assert_int_equal(guest__map(guest, 0x10000, PAGE, fd, PAGE, "r"), 0);
	assert_int_equal(guest__map(guest, 0x20000, PAGE, fd, 2 * PAGE, "w"), 0);
	assert_int_equal(guest__map(guest, 0x30000, PAGE, -1, 0, "rw"), 0);

	assert_false(dma__write(nic, 0x10000, &byte, 1));
	assert_false(dma__publish32(nic, 0x10000, 1));
	assert_true(dma__read(nic, 0x10000, &byte, 1));
	assert_int_equal(byte, 1);
	assert_false(dma__read(nic, 0x20000, &byte, 1));
	assert_true(dma__write(nic, 0x20000, "x", 1));
	assert_false(dma__read(nic, 0x30000, &byte, 1));
	assert_false(dma__write(nic, 0x30000, &byte, 1));
	assert_false(dma__publish64(nic, 0x30000, 1));
	close(fd);
}

static void nothing_is_accessed_unless_the_card_is_a_bus_master(void **state)
{
	struct guest *guest = *state;
	uint32_t word = 0x01020304;

	guest__bus_master(guest, false);

	assert_false(dma__write(guest__nic(guest), GUEST_BASE, &word, 4));
	assert_false(dma__publish32(guest__nic(guest), GUEST_BASE, 1));
	assert_false(dma__publish64(guest__nic(guest), GUEST_BASE, 1));
	assert_int_equal(*(uint32_t *)guest__at(guest, GUEST_BASE), 0);
	assert_false(dma__read(guest__nic(guest), GUEST_BASE, &word, 4));
	assert_int_equal(word, 0);
}

static void becoming_a_bus_master_lets_waiting_work_go_on(void **state)
{
	struct guest *guest = *state;

	guest__bus_master(guest, false);
	guest__run(guest);
	assert_false(guest__nic(guest)->scheduled);
	guest__bus_master(guest, true);

	assert_true(guest__nic(guest)->scheduled);
}

static void what_is_published_is_aligned_or_refused(void **state)
{
	struct guest *guest = *state;
	struct nic *nic = guest__nic(guest);

	assert_true(dma__publish32(nic, GUEST_BASE + 4, 0x11223344));
	assert_int_equal(*(uint32_t *)guest__at(guest, GUEST_BASE + 4), 0x11223344);
	assert_true(dma__publish64(nic, END - 8, 0x1122334455667788));
	assert_true(*(uint64_t *)guest__at(guest, END - 8) == 0x1122334455667788);
	assert_false(dma__publish32(nic, GUEST_BASE + 2, 1));
	assert_false(dma__publish64(nic, GUEST_BASE + 4, 1));
	assert_false(dma__publish32(nic, END, 1));
	assert_false(dma__publish64(nic, UINT64_MAX - 7, 1));
}

static void mappings_that_make_no_sense_are_refused(void **state)
{
	struct guest *guest = *state;
	int fd = pages__create(2);

	assert_int_equal(guest__map(guest, 0x10000, 0, fd, 0, "rw"), -EINVAL);
	assert_int_equal(guest__map(guest, 0x10000, PAGE, fd, 0, ""), -EINVAL);
	assert_int_equal(guest__map(guest, 0x10000, PAGE, fd, 100, "r"), -EINVAL);
	assert_int_equal(guest__map(guest, 0x10000, 100, fd, 0, "r"), -EINVAL);
	assert_int_equal(guest__map(guest, UINT64_MAX - PAGE + 2, PAGE, -1, 0, "r"), -EINVAL);
	assert_int_equal(guest__map(guest, UINT64_MAX - PAGE + 1, PAGE, -1, 0, "r"), 0);
	/* Longer than the file, however it is said. */
	assert_int_equal(guest__map(guest, 0x10000, 3 * PAGE, fd, 0, "r"), -EINVAL);
	assert_int_equal(guest__map(guest, 0x10000, PAGE, fd, 2 * PAGE, "r"), -EINVAL);
	assert_int_equal(guest__map(guest, 0x10000, PAGE, fd, -(uint64_t)PAGE, "r"), -EINVAL);
	close(fd);
}

static void what_is_not_a_file_is_not_memory(void **state)
{
	struct guest *guest = *state;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(guest__map(guest, 0x10000, PAGE, ends[0], 0, "r"), -EINVAL);
	close(ends[0]);
	close(ends[1]);
}

static void mappings_do_not_overlap(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest__map(guest, 0x20000, 4 * PAGE, -1, 0, "r"), 0);
	assert_int_equal(guest__map(guest, 0x20000, PAGE, -1, 0, "r"), -EEXIST);
	assert_int_equal(guest__map(guest, 0x1f000, 2 * PAGE, -1, 0, "r"), -EEXIST);
	assert_int_equal(guest__map(guest, 0x23000, 2 * PAGE, -1, 0, "r"), -EEXIST);
	assert_int_equal(guest__map(guest, 0x10000, 0x100000, -1, 0, "r"), -EEXIST);
	assert_int_equal(guest__map(guest, 0x1f000, PAGE, -1, 0, "r"), 0);
	assert_int_equal(guest__map(guest, 0x24000, PAGE, -1, 0, "r"), 0);
}

static void an_unmapped_address_is_gone(void **state)
{
	struct guest *guest = *state;
	struct nic *nic = guest__nic(guest);
	int fd = pages__create(2);
	uint8_t byte;

	assert_int_equal(guest__map(guest, 0x10000, PAGE, fd, 0, "rw"), 0);
	assert_true(dma__read(nic, 0x10000, &byte, 1));
	assert_int_equal(dma_map__remove(&nic->dma, 0x10000, 2 * PAGE), -ENOENT);
	assert_int_equal(dma_map__remove(&nic->dma, 0x10001, PAGE), -ENOENT);
	assert_true(dma__read(nic, 0x10000, &byte, 1));
	assert_int_equal(dma_map__remove(&nic->dma, 0x10000, PAGE), 0);

	assert_false(dma__read(nic, 0x10000, &byte, 1));
	assert_true(dma__read(nic, GUEST_BASE, &byte, 1));
	close(fd);
}

static void a_file_made_shorter_fails_the_access_and_nothing_else(void **state)
{
	struct guest *guest = *state;
	struct nic *nic = guest__nic(guest);
	uint8_t bytes[8] = { 1 };
	int fd = pages__create(2);

	assert_int_equal(guest__map(guest, 0x10000, 2 * PAGE, fd, 0, "rw"), 0);
	assert_int_equal(ftruncate(fd, PAGE), 0);
	/* cmocka takes the signal for itself before each test. */
	assert_int_equal(dma_fault__catch(), 0);

	for (unsigned int i = 0; i < 3; i++) {
		assert_false(dma__read(nic, 0x11000, bytes, 8));
		assert_int_equal(bytes[0], 0);
		assert_false(dma__write(nic, 0x11000, bytes, 8));
		assert_false(dma__publish32(nic, 0x11000, 1));
		assert_false(dma__publish64(nic, 0x11000, 1));
	}
	assert_true(dma__read(nic, 0x10000, bytes, 8));
	close(fd);
}

/* The same addresses, looked up in mappings added in an order that is not theirs. */
static void every_mapping_is_found(void **state)
{
	struct guest *guest = *state;
	struct nic *nic = guest__nic(guest);
	int fd = pages__create(64);
	uint8_t byte;

	for (unsigned int i = 0; i < 64; i++) {
		unsigned int page = i * 37 % 64;

		assert_int_equal(guest__map(guest, 0x100000 + 2ull * PAGE * page, PAGE, fd,
					    page * PAGE, "r"), 0);
	}

	for (unsigned int i = 0; i < 64; i++) {
		unsigned int page = i * 29 % 64;
		uint64_t address = 0x100000 + 2ull * PAGE * page;

		assert_true(dma__read(nic, address, &byte, 1));
		assert_int_equal(byte, page);
		assert_true(dma__read(nic, address + PAGE - 1, &byte, 1));
		assert_int_equal(byte, page);
		assert_false(dma__read(nic, address + PAGE, &byte, 1));
	}
	close(fd);
}

static void there_is_a_limit_to_mappings(void **state)
{
	struct guest *guest = *state;
	unsigned int i = 0;

	while (i < 2000 && !guest__map(guest, (uint64_t)i * PAGE, PAGE, -1, 0, "r"))
		i++;

	assert_int_equal(i, DMA_MAPPINGS_MAX - 1);
	assert_int_equal(guest__map(guest, (uint64_t)i * PAGE, PAGE, -1, 0, "r"), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(bytes_are_copied_both_ways),
		CASE(what_is_not_wholly_mapped_is_refused_and_reads_as_zero),
		CASE(mappings_side_by_side_are_one),
		CASE(addresses_do_not_go_on_at_zero),
		CASE(a_hole_between_mappings_stops_all_of_an_access),
		CASE(a_mapping_is_used_only_as_it_allows),
		CASE(nothing_is_accessed_unless_the_card_is_a_bus_master),
		CASE(becoming_a_bus_master_lets_waiting_work_go_on),
		CASE(what_is_published_is_aligned_or_refused),
		CASE(mappings_that_make_no_sense_are_refused),
		CASE(what_is_not_a_file_is_not_memory),
		CASE(mappings_do_not_overlap),
		CASE(an_unmapped_address_is_gone),
		CASE(a_file_made_shorter_fails_the_access_and_nothing_else),
		CASE(every_mapping_is_found),
		CASE(there_is_a_limit_to_mappings),
	};

	return cmocka_run_group_tests_name("guest memory", tests, NULL, NULL);
}
