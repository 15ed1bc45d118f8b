// SPDX-License-Identifier: MIT
/* Receive rings of the 82599: descriptors, buffers, and what must not hurt. */
#include <stdlib.h>

#include "driver.h"

#include "ixgbe/packet.h"

static uint8_t frame[16384];

#define DONE_AND_END (RX_STATUS_DONE | RX_STATUS_END)

static void a_frame_fills_a_buffer_and_its_descriptor(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 2);

	(void)state;
	rx__fill(&ring, 4);
	guest__inject(guest, frame, frame__make(frame, 100, 0));

	assert_memory_equal(ring__bytes(&ring, 0), frame, 100);
	assert_int_equal(rx__status(&ring, 0), DONE_AND_END);
	assert_int_equal(ring__at(&ring, 0)->word[3], 100);
	assert_int_equal(ring__get(&ring, RDH), 1);
	assert_int_equal(rx__status(&ring, 1), 0);
	assert_int_equal(guest__counter(guest, "rx_frames"), 1);
	assert_int_equal(guest__counter(guest, "rx_bytes"), 100);
	assert_int_equal(guest__counter(guest, "rx_queue_0"), 1);
	guest__destroy(guest);
}

static void the_ring_goes_round(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 2);

	(void)state;
	rx__fill(&ring, 7);
	for (uint32_t i = 0; i < 50; i++) {
		guest__inject(guest, frame, frame__make(frame, 60 + i, (uint8_t)i));
		assert_int_equal(rx__length(&ring, i), 60 + i);
		assert_memory_equal(ring__bytes(&ring, i), frame, 60 + i);
		assert_int_equal(ring__get(&ring, RDH), (i + 1) % 8);
		rx__fill(&ring, 1);
	}
	guest__destroy(guest);
}

/* Rows: bytes of the frame, KiB of a buffer, and how many it takes. */
static void a_long_frame_takes_several_buffers(void **state)
{
	static const struct { size_t bytes; uint32_t kb, count; } rows[] = {
		{ 1024, 1, 1 }, { 1025, 1, 2 }, { 2048, 1, 2 }, { 3072, 3, 1 }, { 3073, 3, 2 },
		{ 9014, 2, 5 }, { 9014, 3, 3 }, { 9000, 1, 9 }, { 9014, 16, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = rx__create(guest, 0, 16, rows[i].kb);
		size_t left = frame__make(frame, rows[i].bytes, 1), at = 0;

		rx__fill(&ring, 12);
		guest__inject(guest, frame, left);

		assert_int_equal(ring__get(&ring, RDH), rows[i].count);
		for (uint32_t j = 0; j < rows[i].count; j++) {
			size_t piece = left < rows[i].kb * 1024 ? left : rows[i].kb * 1024;

			assert_int_equal(rx__length(&ring, j), piece);
			assert_memory_equal(ring__bytes(&ring, j), frame + at, piece);
			at += piece;
			left -= piece;
			assert_int_equal(rx__status(&ring, j) & DONE_AND_END,
					 left ? RX_STATUS_DONE : DONE_AND_END);
		}
		assert_int_equal(left, 0);
		guest__destroy(guest);
	}
}

static void a_full_ring_makes_the_wire_wait_and_loses_nothing(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 1);

	(void)state;
	rx__fill(&ring, 2);
	guest__inject(guest, frame, frame__make(frame, 100, 0));
	guest__inject(guest, frame, frame__make(frame, 2000, 1));
	assert_int_equal(guest__waiting(guest), 1);
	assert_int_equal(ring__get(&ring, RDH), 1);

	rx__fill(&ring, 1);

	assert_int_equal(guest__waiting(guest), 0);
	assert_int_equal(ring__get(&ring, RDH), 3);
	assert_int_equal(rx__length(&ring, 1) + rx__length(&ring, 2), 2000);
	assert_int_equal(guest__counter(guest, "rx_missed"), 0);
	assert_int_equal(guest__counter(guest, "rx_dropped"), 0);
	guest__destroy(guest);
}

static void a_full_ring_drops_when_told_so(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 1);

	(void)state;
	ring__set(&ring, SRRCTL, SRRCTL_TYPE_ADVANCED | SRRCTL_DROP | 1);
	rx__fill(&ring, 1);
	guest__inject(guest, frame, frame__make(frame, 100, 0));
	guest__inject(guest, frame, frame__make(frame, 100, 0));

	assert_int_equal(guest__waiting(guest), 0);
	assert_int_equal(guest__counter(guest, "rx_dropped"), 1);
	assert_int_equal(guest__read32(guest, 0x1430), 1);
	guest__destroy(guest);
}

static void frames_that_waited_too_long_are_missed(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 1);

	(void)state;
	guest__read32(guest, MPC(0));
	guest__inject(guest, frame, frame__make(frame, 100, 0));
	assert_int_equal(guest__waiting(guest), 1);
	guest__advance(guest, UINT64_C(10000000000));

	assert_int_equal(guest__waiting(guest), 0);
	assert_int_equal(guest__counter(guest, "rx_missed"), 1);
	assert_int_equal(guest__read32(guest, MPC(0)), 1);
	assert_int_equal(ring__get(&ring, RDH), 0);
	guest__destroy(guest);
}

static void disabling_the_queue_or_the_unit_lets_waiting_frames_go(void **state)
{
	(void)state;
	for (unsigned int unit = 0; unit < 2; unit++) {
		struct guest *guest = driver__start();
		struct ring ring = rx__create(guest, 0, 8, 1);

		guest__inject(guest, frame, frame__make(frame, 100, 0));
		assert_int_equal(guest__waiting(guest), 1);
		if (unit)
			guest__write32(guest, RXCTRL, 0);
		else
			ring__set(&ring, RXDCTL, RXDCTL_FLUSH);
		guest__run(guest);

		assert_int_equal(guest__waiting(guest), 0);
		assert_int_equal(ring__get(&ring, RXDCTL), unit ? RXDCTL_ENABLE : 0);
		assert_int_equal(guest__counter(guest, "rx_frames"), 0);
		guest__destroy(guest);
	}
}

static void expect_memory_untouched(struct guest *guest, const uint8_t *before)
{
	assert_memory_equal(guest__at(guest, GUEST_BASE), before, GUEST_BYTES);
}

static uint8_t *snapshot(struct guest *guest)
{
	uint8_t *copy = malloc(GUEST_BYTES);

	assert_non_null(copy);
	memcpy(copy, guest__at(guest, GUEST_BASE), GUEST_BYTES);
	return copy;
}

static void a_buffer_at_a_bad_address_takes_nothing(void **state)
{
	static const uint64_t addresses[] = {
		0, GUEST_BASE - 1, GUEST_BASE + GUEST_BYTES - 99, GUEST_BASE + GUEST_BYTES,
		UINT64_MAX - 50, UINT64_C(1) << 63,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = rx__create(guest, 0, 8, 2);
		uint8_t *before;

		ring__put(&ring, addresses[i], 0, 0);
		ring__kick(&ring);
		before = snapshot(guest);
		guest__inject(guest, frame, frame__make(frame, 100, 0));

		expect_memory_untouched(guest, before);
		assert_int_equal(guest__waiting(guest), 0);
		assert_int_equal(guest__counter(guest, "bad_addresses"), 1);
		assert_int_equal(guest__counter(guest, "rx_frames"), 0);
		free(before);
		guest__destroy(guest);
	}
}

static void a_ring_that_is_none_takes_nothing(void **state)
{
	static const struct { uint32_t which, value; } rows[] = {
		{ RDH, 8 }, { RDH, 0xffff }, { RDT, 8 }, { RDT, 0xffff }, { RDLEN, 0 },
		{ RDBAH, 0 }, { RDBAH, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = rx__create(guest, 0, 8, 2);
		uint8_t *before;

		rx__fill(&ring, 4);
		ring__set(&ring, rows[i].which, rows[i].value);
		before = snapshot(guest);
		guest__inject(guest, frame, frame__make(frame, 100, 0));

		expect_memory_untouched(guest, before);
		assert_int_equal(guest__waiting(guest), 0);
		assert_int_equal(guest__counter(guest, "rx_dropped"), 1);
		free(before);
		guest__destroy(guest);
	}
}

static void a_frame_no_ring_of_that_size_could_hold_does_not_stop_the_wire(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 1);

	(void)state;
	rx__fill(&ring, 7);
	guest__inject(guest, frame, frame__make(frame, 9000, 0));

	assert_int_equal(guest__waiting(guest), 0);
	assert_int_equal(guest__counter(guest, "rx_dropped"), 1);
	guest__destroy(guest);
}

static void a_short_frame_is_padded(void **state)
{
	static const uint8_t zeroes[60];
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 2);

	(void)state;
	rx__fill(&ring, 4);
	memset(ring__bytes(&ring, 0), 0xff, 100);
	guest__inject(guest, frame, frame__make(frame, 42, 0));

	assert_int_equal(rx__length(&ring, 0), 60);
	assert_memory_equal(ring__bytes(&ring, 0), frame, 42);
	assert_memory_equal(ring__bytes(&ring, 0) + 42, zeroes, 18);
	guest__destroy(guest);
}

static size_t make_tagged(uint16_t tci)
{
	frame__make(frame, 104, 0);
	frame__put16(frame + 12, 0x8100);
	frame__put16(frame + 14, tci);
	frame__put16(frame + 16, 0x88b5);
	return 104;
}

static void a_tag_is_told_and_taken_out_when_the_queue_wants_it(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 2);

	(void)state;
	rx__fill(&ring, 4);
	guest__inject(guest, frame, make_tagged(0x6123));
	ring__set(&ring, RXDCTL, RXDCTL_ENABLE | RXDCTL_VLAN_STRIP);
	guest__inject(guest, frame, make_tagged(0x6123));

	assert_int_equal(rx__status(&ring, 0), DONE_AND_END | RX_STATUS_VLAN);
	assert_int_equal(ring__at(&ring, 0)->word[3], 0x6123u << 16 | 104);
	assert_int_equal(rx__status(&ring, 1), DONE_AND_END | RX_STATUS_VLAN);
	assert_int_equal(ring__at(&ring, 1)->word[3], 0x6123u << 16 | 100);
	assert_memory_equal(ring__bytes(&ring, 1), frame, 12);
	assert_memory_equal(ring__bytes(&ring, 1) + 12, frame + 16, 88);
	guest__destroy(guest);
}

static void a_legacy_descriptor_has_length_status_and_tag(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 2);

	(void)state;
	ring__set(&ring, SRRCTL, SRRCTL_TYPE_LEGACY | 2);
	rx__fill(&ring, 4);
	guest__inject(guest, frame, make_tagged(0x0005));

	assert_int_equal(ring__at(&ring, 0)->word[2], 104);
	assert_int_equal(ring__at(&ring, 0)->word[3], 5u << 16 | DONE_AND_END | RX_STATUS_VLAN);
	assert_int_equal(ring__at(&ring, 0)->word[0], (uint32_t)ring__buffer(&ring, 0));
	guest__destroy(guest);
}

static void the_checksum_of_the_frame_is_kept_when_asked_for(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 2);

	(void)state;
	guest__write32(guest, HLREG0, HLREG0_JUMBO);
	rx__fill(&ring, 4);
	memset(frame, 0xff, 64);
	memcpy(frame + 12, "123456789", 9);
	guest__inject(guest, frame, 64);

	assert_int_equal(rx__length(&ring, 0), 68);
	/* By zlib. */
	assert_memory_equal(ring__bytes(&ring, 0) + 64, "\x3e\xf0\xb6\xc0", 4);
	guest__destroy(guest);
}

/* Rows: what is wrong with the packet, and what the descriptor says. */
static void checksums_are_looked_at(void **state)
{
	const uint32_t ip = RX_STATUS_IP_CHECKED, l4 = ip | RX_STATUS_L4_CHECKED;
	const struct { uint8_t protocol; int broken; uint32_t status; } rows[] = {
		{ PROTOCOL_TCP, -1, l4 },
		{ PROTOCOL_TCP, 60, l4 | RX_ERROR_L4 },
		{ PROTOCOL_TCP, 22, l4 | RX_ERROR_IP },			/* time to live */
		{ PROTOCOL_UDP, -1, l4 | RX_STATUS_UDP_VALID },
		{ PROTOCOL_UDP, 50, l4 | RX_STATUS_UDP_VALID | RX_ERROR_L4 },
		{ 1, -1, ip },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = rx__create(guest, 0, 8, 2);
		size_t bytes = frame__ipv4(frame, rows[i].protocol, 0x0a000001, 2, 1, 2, 33);

		if (rows[i].broken >= 0)
			frame[rows[i].broken] ^= 0x10;
		rx__fill(&ring, 4);
		guest__inject(guest, frame, bytes);

		assert_int_equal(rx__status(&ring, 0), DONE_AND_END | rows[i].status);
		guest__destroy(guest);
	}
}

static void try_parsing(size_t bytes)
{
	struct packet packet;
	uint8_t *copy = malloc(bytes);

	/* A copy of just that size: the sanitizer sees what is read beyond it. */
	assert_non_null(copy);
	memcpy(copy, frame, bytes);
	ixgbe_packet__parse(&packet, copy, bytes, 0x8100);
	free(copy);
}

static void nothing_beyond_a_lying_header_is_looked_at(void **state)
{
	(void)state;
	for (unsigned int at = 12; at < 64; at++) {
		for (unsigned int value = 0; value < 256; value++) {
			size_t bytes = frame__ipv4(frame, PROTOCOL_TCP, 1, 2, 3, 4, 30);

			frame[at] = (uint8_t)value;
			for (size_t cut = bytes; cut >= 14; cut -= 3)
				try_parsing(cut);
			frame__put16(frame + 12, 0x86dd);
			frame[14] = 0x60;
			frame__put16(frame + 18, 30);
			frame[20] = at % 2 ? 0 : PROTOCOL_TCP;	/* 0: hop-by-hop options */
			frame[54] = PROTOCOL_TCP;		/* behind them */
			frame[at] = (uint8_t)value;
			for (size_t cut = bytes; cut >= 14; cut -= 3)
				try_parsing(cut);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_fills_a_buffer_and_its_descriptor),
		cmocka_unit_test(the_ring_goes_round),
		cmocka_unit_test(a_long_frame_takes_several_buffers),
		cmocka_unit_test(a_full_ring_makes_the_wire_wait_and_loses_nothing),
		cmocka_unit_test(a_full_ring_drops_when_told_so),
		cmocka_unit_test(frames_that_waited_too_long_are_missed),
		cmocka_unit_test(disabling_the_queue_or_the_unit_lets_waiting_frames_go),
		cmocka_unit_test(a_buffer_at_a_bad_address_takes_nothing),
		cmocka_unit_test(a_ring_that_is_none_takes_nothing),
		cmocka_unit_test(a_frame_no_ring_of_that_size_could_hold_does_not_stop_the_wire),
		cmocka_unit_test(a_short_frame_is_padded),
		cmocka_unit_test(a_tag_is_told_and_taken_out_when_the_queue_wants_it),
		cmocka_unit_test(a_legacy_descriptor_has_length_status_and_tag),
		cmocka_unit_test(the_checksum_of_the_frame_is_kept_when_asked_for),
		cmocka_unit_test(checksums_are_looked_at),
		cmocka_unit_test(nothing_beyond_a_lying_header_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
