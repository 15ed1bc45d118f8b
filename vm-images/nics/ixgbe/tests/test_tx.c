// SPDX-License-Identifier: MIT
/* Transmit rings of the 82599: the walk along the descriptors, and what must not hurt. */
#include "driver.h"

static uint8_t frame[16384], got[16384];

static void expect_frame(struct guest *guest, const uint8_t *expected, size_t bytes)
{
	assert_int_equal(guest__take(guest, got, sizeof(got)), bytes);
	assert_memory_equal(got, expected, bytes);
}

static void a_frame_is_sent_and_its_descriptor_done(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);
	size_t bytes = frame__make(frame, 100, 0);

	(void)state;
	tx__put(&ring, frame, 100, TX_COMMAND, 0);
	ring__kick(&ring);

	expect_frame(guest, frame, bytes);
	assert_int_equal(ring__at(&ring, 0)->word[3], TX_STATUS_DONE);
	assert_int_equal(ring__get(&ring, TDH), 1);
	assert_int_equal(guest__counter(guest, "tx_frames"), 1);
	assert_int_equal(guest__counter(guest, "tx_queue_0"), 1);
	guest__destroy(guest);
}

static void pieces_become_one_frame_across_the_end_of_the_ring(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 5, 8);
	size_t bytes = frame__make(frame, 300, 7);

	(void)state;
	for (unsigned int i = 0; i < 7; i++) {
		tx__put(&ring, frame, 60, TX_COMMAND, 0);
		ring__kick(&ring);
		assert_int_equal(guest__take(guest, got, sizeof(got)), 60);
	}
	tx__put(&ring, frame, 100, TX_EXTENDED | TX_TYPE_DATA, 0);
	tx__put(&ring, frame + 100, 150, TX_EXTENDED | TX_TYPE_DATA, 0);
	tx__put(&ring, frame + 250, 50, TX_COMMAND, 0);
	ring__kick(&ring);

	expect_frame(guest, frame, bytes);
	assert_int_equal(ring__get(&ring, TDH), 2);
	assert_int_equal(ring__at(&ring, 7)->word[3], 0);
	assert_int_equal(ring__at(&ring, 1)->word[3], TX_STATUS_DONE);
	guest__destroy(guest);
}

static void a_packet_waits_for_its_end(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(frame, 120, 0);
	tx__put(&ring, frame, 60, TX_EXTENDED | TX_TYPE_DATA, 0);
	ring__kick(&ring);
	assert_int_equal(guest__sent(guest), 0);
	assert_int_equal(ring__get(&ring, TDH), 0);

	tx__put(&ring, frame + 60, 60, TX_COMMAND, 0);
	ring__kick(&ring);

	expect_frame(guest, frame, 120);
	guest__destroy(guest);
}

static void every_ring_of_the_chip_sends(void **state)
{
	static const unsigned int queues[] = { 0, 1, 31, 32, 63, 64, 126, 127 };
	struct guest *guest = driver__start();

	(void)state;
	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
		struct ring ring = tx__create(guest, queues[i], 8);

		frame__make(frame, 64, (uint8_t)i);
		tx__put(&ring, frame, 64, TX_COMMAND, 0);
		ring__kick(&ring);
		expect_frame(guest, frame, 64);
	}
	guest__destroy(guest);
}

static void a_short_frame_is_padded_unless_told_not_to(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(frame, 60, 0);
	memset(frame + 20, 0, 40);
	tx__put(&ring, frame, 20, TX_COMMAND, 0);
	ring__kick(&ring);
	expect_frame(guest, frame, 60);

	guest__write32(guest, HLREG0, HLREG0_JUMBO | HLREG0_CRC_STRIP);
	tx__put(&ring, frame, 20, TX_COMMAND, 0);
	ring__kick(&ring);

	expect_frame(guest, frame, 20);
	guest__destroy(guest);
}

static void a_legacy_descriptor_sends_with_checksum_and_tag(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);
	uint32_t css = 14, cso = 50;

	(void)state;
	frame__make(frame, 64, 3);
	memset(frame + cso, 0, 2);
	tx__put(&ring, frame, 64,
		TX_END | TX_REPORT | TX_LEGACY_CHECKSUM | TX_VLAN | cso << TX_LEGACY_CSO_SHIFT,
		css << TX_LEGACY_CSS_SHIFT | 0x2123u << TX_VLAN_SHIFT);
	ring__kick(&ring);

	assert_int_equal(guest__take(guest, got, sizeof(got)), 68);
	assert_int_equal(frame__get32(got + 12), 0x81002123);
	assert_int_equal(frame__sum(got + 4 + css, 64 - css, 0), 0xffff);
	assert_int_equal(ring__at(&ring, 0)->word[3],
			 TX_STATUS_DONE | css << TX_LEGACY_CSS_SHIFT | 0x2123u << TX_VLAN_SHIFT);
	guest__destroy(guest);
}

static void the_head_is_written_to_memory_when_asked_for(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 3, 8);
	uint64_t head = guest__alloc(guest, 8, 8);

	(void)state;
	ring__set(&ring, TDWBAL, (uint32_t)head | TDWBAL_ENABLE);
	ring__set(&ring, TDWBAH, (uint32_t)(head >> 32));
	frame__make(frame, 64, 0);
	tx__put(&ring, frame, 64, TX_COMMAND & ~TX_REPORT, 0);
	tx__put(&ring, frame, 64, TX_COMMAND, 0);
	tx__put(&ring, frame, 64, TX_COMMAND & ~TX_REPORT, 0);
	ring__kick(&ring);

	assert_int_equal(guest__sent(guest), 3);
	assert_int_equal(*(uint32_t *)guest__at(guest, head), 2);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(ring__at(&ring, i)->word[3], 0);
	guest__destroy(guest);
}

static void nothing_is_reported_that_was_not_asked_for(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(frame, 64, 0);
	tx__put(&ring, frame, 64, TX_COMMAND & ~TX_REPORT, 0);
	ring__kick(&ring);

	assert_int_equal(guest__sent(guest), 1);
	assert_int_equal(ring__at(&ring, 0)->word[3], 0);
	assert_int_equal(ring__get(&ring, TDH), 1);
	guest__destroy(guest);
}

static void what_the_wire_refuses_stays_on_the_ring(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(frame, 64, 9);
	guest__refuse(guest, true);
	tx__put(&ring, frame, 64, TX_COMMAND, 0);
	ring__kick(&ring);
	assert_int_equal(guest__sent(guest), 0);
	assert_int_equal(ring__at(&ring, 0)->word[3], 0);
	assert_int_equal(ring__get(&ring, TDH), 0);

	guest__refuse(guest, false);
	guest__run(guest);

	expect_frame(guest, frame, 64);
	assert_int_equal(ring__at(&ring, 0)->word[3], TX_STATUS_DONE);
	guest__destroy(guest);
}

static void a_packet_at_a_bad_address_is_dropped(void **state)
{
	static const uint64_t addresses[] = {
		0, 1, GUEST_BASE - 1, GUEST_BASE + GUEST_BYTES - 8, GUEST_BASE + GUEST_BYTES,
		UINT64_MAX - 63, UINT64_MAX, UINT64_C(1) << 63,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = tx__create(guest, 0, 8);

		frame__make(frame, 64, 0);
		ring__put(&ring, addresses[i], 64 | TX_COMMAND, 0);
		tx__put(&ring, frame, 64, TX_COMMAND, 0);
		ring__kick(&ring);

		expect_frame(guest, frame, 64);
		assert_int_equal(guest__sent(guest), 0);
		assert_int_equal(guest__counter(guest, "bad_addresses"), 1);
		assert_int_equal(guest__counter(guest, "tx_dropped"), 1);
		assert_int_equal(ring__get(&ring, TDH), 2);
		guest__destroy(guest);
	}
}

static void a_ring_at_a_bad_address_is_left_alone(void **state)
{
	static const uint64_t addresses[] = {
		0, GUEST_BASE - 128, GUEST_BASE + GUEST_BYTES, UINT64_MAX - 127,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = tx__create(guest, 0, 8);

		ring__set(&ring, TDBAL, (uint32_t)addresses[i]);
		ring__set(&ring, TDBAH, (uint32_t)(addresses[i] >> 32));
		ring__set(&ring, TDT, 3);
		guest__run(guest);

		assert_int_equal(guest__sent(guest), 0);
		assert_int_equal(guest__counter(guest, "bad_addresses"), 1);
		assert_int_equal(ring__get(&ring, TDH), 0);
		guest__destroy(guest);
	}
}

static void without_bus_mastering_nothing_is_read(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(frame, 64, 0);
	tx__put(&ring, frame, 64, TX_COMMAND, 0);
	guest__bus_master(guest, false);
	ring__kick(&ring);

	assert_int_equal(guest__sent(guest), 0);
	assert_int_equal(ring__at(&ring, 0)->word[3], 0);
	guest__destroy(guest);
}

static void a_tail_outside_of_the_ring_is_not_followed(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(frame, 64, 0);
	tx__put(&ring, frame, 64, TX_COMMAND, 0);
	ring__set(&ring, TDT, 8);
	guest__run(guest);
	ring__set(&ring, TDT, 0xffff);
	guest__run(guest);
	ring__set(&ring, TDH, 0xffff);
	ring__set(&ring, TDT, 1);
	guest__run(guest);
	ring__set(&ring, TDLEN, 0);
	ring__set(&ring, TDH, 0);
	ring__set(&ring, TDT, 1);
	guest__run(guest);
	assert_int_equal(guest__sent(guest), 0);

	ring__set(&ring, TDLEN, 8 * 16);
	ring__set(&ring, TDT, 1);
	guest__run(guest);

	expect_frame(guest, frame, 64);
	guest__destroy(guest);
}

static void a_packet_of_too_many_descriptors_is_dropped_whole(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 128);

	(void)state;
	frame__make(frame, 64, 0);
	for (unsigned int i = 0; i < 70; i++)
		ring__put(&ring, ring__buffer(&ring, 0), 10 | TX_EXTENDED | TX_TYPE_DATA, 0);
	ring__put(&ring, ring__buffer(&ring, 0), 10 | TX_COMMAND, 0);
	tx__put(&ring, frame, 64, TX_COMMAND, 0);
	ring__kick(&ring);

	expect_frame(guest, frame, 64);
	assert_int_equal(guest__sent(guest), 0);
	assert_int_equal(guest__counter(guest, "tx_dropped"), 1);
	assert_int_equal(ring__get(&ring, TDH), 72);
	assert_int_equal(ring__at(&ring, 70)->word[3], TX_STATUS_DONE);
	guest__destroy(guest);
}

static void packets_longer_or_shorter_than_a_frame_are_dropped(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 64);

	(void)state;
	ring__put(&ring, ring__buffer(&ring, 0), NIC_FRAME_MAX | TX_COMMAND, 0);
	ring__put(&ring, ring__buffer(&ring, 0), 65535 | TX_COMMAND, 0);
	ring__put(&ring, ring__buffer(&ring, 0), 13 | TX_COMMAND, 0);
	ring__put(&ring, ring__buffer(&ring, 0), 0 | TX_COMMAND, 0);
	for (unsigned int i = 0; i < 5; i++)	/* more than all payload there can be */
		ring__put(&ring, ring__buffer(&ring, 0), 65535 | TX_EXTENDED | TX_TYPE_DATA, 0);
	ring__put(&ring, ring__buffer(&ring, 0), 64 | TX_COMMAND, 0);
	ring__kick(&ring);

	assert_int_equal(guest__sent(guest), 0);
	assert_int_equal(guest__counter(guest, "tx_dropped"), 5);
	assert_int_equal(ring__get(&ring, TDH), 10);
	guest__destroy(guest);
}

static void a_disabled_queue_or_unit_sends_nothing(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(frame, 64, 0);
	ring__set(&ring, TXDCTL, TXDCTL_FLUSH);
	assert_int_equal(ring__get(&ring, TXDCTL), 0);
	tx__put(&ring, frame, 64, TX_COMMAND, 0);
	ring__kick(&ring);
	assert_int_equal(guest__sent(guest), 0);

	guest__write32(guest, DMATXCTL, 0);
	ring__set(&ring, TXDCTL, TXDCTL_ENABLE);
	guest__run(guest);
	assert_int_equal(guest__sent(guest), 0);

	guest__write32(guest, DMATXCTL, DMATXCTL_ENABLE);
	guest__run(guest);

	expect_frame(guest, frame, 64);
	guest__destroy(guest);
}

static void loopback_brings_frames_back_and_keeps_them_from_the_wire(void **state)
{
	struct guest *guest = driver__start();
	struct ring tx = tx__create(guest, 0, 8), rx = rx__create(guest, 0, 8, 2);

	(void)state;
	guest__write32(guest, HLREG0, HLREG0_LOOPBACK | HLREG0_JUMBO | HLREG0_CRC_STRIP);
	frame__make(frame, 100, 0);
	tx__put(&tx, frame, 100, TX_COMMAND, 0);
	ring__kick(&tx);
	assert_int_equal(ring__at(&tx, 0)->word[3], 0);

	rx__fill(&rx, 4);

	assert_int_equal(ring__at(&tx, 0)->word[3], TX_STATUS_DONE);
	assert_int_equal(rx__length(&rx, 0), 100);
	assert_memory_equal(ring__bytes(&rx, 0), frame, 100);
	assert_int_equal(guest__sent(guest), 0);
	guest__destroy(guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_sent_and_its_descriptor_done),
		cmocka_unit_test(pieces_become_one_frame_across_the_end_of_the_ring),
		cmocka_unit_test(a_packet_waits_for_its_end),
		cmocka_unit_test(every_ring_of_the_chip_sends),
		cmocka_unit_test(a_short_frame_is_padded_unless_told_not_to),
		cmocka_unit_test(a_legacy_descriptor_sends_with_checksum_and_tag),
		cmocka_unit_test(the_head_is_written_to_memory_when_asked_for),
		cmocka_unit_test(nothing_is_reported_that_was_not_asked_for),
		cmocka_unit_test(what_the_wire_refuses_stays_on_the_ring),
		cmocka_unit_test(a_packet_at_a_bad_address_is_dropped),
		cmocka_unit_test(a_ring_at_a_bad_address_is_left_alone),
		cmocka_unit_test(without_bus_mastering_nothing_is_read),
		cmocka_unit_test(a_tail_outside_of_the_ring_is_not_followed),
		cmocka_unit_test(a_packet_of_too_many_descriptors_is_dropped_whole),
		cmocka_unit_test(packets_longer_or_shorter_than_a_frame_are_dropped),
		cmocka_unit_test(a_disabled_queue_or_unit_sends_nothing),
		cmocka_unit_test(loopback_brings_frames_back_and_keeps_them_from_the_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
