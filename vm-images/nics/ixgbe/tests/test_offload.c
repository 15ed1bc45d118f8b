// SPDX-License-Identifier: MIT
/* Checksums, tags and segments the 82599 makes on the way out. */
#include "driver.h"

#define MAC_BYTES 14u
#define KIND_UDP (CONTEXT_L4_UDP << CONTEXT_L4_SHIFT)
#define KIND_TCP (CONTEXT_L4_TCP << CONTEXT_L4_SHIFT)
#define KIND_SCTP (CONTEXT_L4_SCTP << CONTEXT_L4_SHIFT)
#define FLAG_FIN 0x01
#define FLAG_PUSH 0x08
#define FLAG_ACK 0x10

static uint8_t packet[65536], got[16384];

static void put_context(struct ring *ring, uint32_t ip_bytes, uint32_t l4_bytes, uint32_t kinds,
			uint32_t mss)
{
	tx__put_context(ring, MAC_BYTES << CONTEXT_MAC_SHIFT | ip_bytes, kinds,
			mss << CONTEXT_MSS_SHIFT | l4_bytes << CONTEXT_L4_BYTES_SHIFT);
}

/* As the kernel hands packets over: no IP checksum, the pseudo header's sum in the other field. */
static size_t make_unfinished(uint8_t protocol, size_t payload, bool segments)
{
	size_t bytes = frame__ipv4(packet, protocol, 0x0a000001, 0x0a000002, 1000, 2000, payload);
	size_t field = 34 + (protocol == PROTOCOL_TCP ? 16 : 6);

	frame__put16(packet + 24, 0x1234);
	frame__put16(packet + field, frame__pseudo(packet, segments ? 0 : bytes - 34));
	return bytes;
}

static void expect_right_checksums(const uint8_t *frame, size_t bytes)
{
	assert_int_equal(frame__sum(frame + 14, 20, 0), 0xffff);
	assert_int_equal(frame__sum(frame + 34, bytes - 34, frame__pseudo(frame, bytes - 34)),
			 0xffff);
}

static void checksums_of_tcp_and_udp_are_filled_in(void **state)
{
	static const struct { uint8_t protocol; uint32_t kind; size_t payload; } rows[] = {
		{ PROTOCOL_TCP, KIND_TCP, 100 }, { PROTOCOL_TCP, KIND_TCP, 101 },
		{ PROTOCOL_UDP, KIND_UDP, 100 }, { PROTOCOL_UDP, KIND_UDP, 1 },
		{ PROTOCOL_UDP, KIND_UDP, 8000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = tx__create(guest, 0, 8);
		size_t bytes = make_unfinished(rows[i].protocol, rows[i].payload, false);

		guest__write32(guest, HLREG0, HLREG0_JUMBO | HLREG0_CRC_STRIP);
		put_context(&ring, 20, 0, rows[i].kind | CONTEXT_IPV4, 0);
		tx__put(&ring, packet, (uint32_t)bytes, TX_COMMAND, TX_INSERT_IP | TX_INSERT_L4);
		ring__kick(&ring);

		assert_int_equal(guest__take(guest, got, sizeof(got)), bytes);
		expect_right_checksums(got, bytes);
		assert_memory_equal(got + 54, packet + 54, bytes > 54 ? bytes - 54 : 0);
		guest__destroy(guest);
	}
}

static void a_udp_checksum_of_zero_is_sent_as_ones(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);
	size_t bytes = make_unfinished(PROTOCOL_UDP, 20, false);

	(void)state;
	frame__put16(packet + 42, 0);
	frame__put16(packet + 42, 0xffff - frame__sum(packet + 34, bytes - 34, 0));
	put_context(&ring, 20, 0, KIND_UDP | CONTEXT_IPV4, 0);
	tx__put(&ring, packet, (uint32_t)bytes, TX_COMMAND, TX_INSERT_L4);
	ring__kick(&ring);

	guest__take(guest, got, sizeof(got));
	assert_int_equal(frame__get16(got + 40), 0xffff);
	guest__destroy(guest);
}

static void a_context_serves_packets_until_it_is_set_anew(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 16);
	size_t bytes = make_unfinished(PROTOCOL_UDP, 100, false);

	(void)state;
	put_context(&ring, 20, 0, KIND_UDP | CONTEXT_IPV4, 0);
	ring__put(&ring, 0, TX_EXTENDED | TX_TYPE_CONTEXT, 1u << TX_CONTEXT_SHIFT);
	for (unsigned int i = 0; i < 2; i++) {
		tx__put(&ring, packet, (uint32_t)bytes, TX_COMMAND, TX_INSERT_IP | TX_INSERT_L4);
		ring__kick(&ring);
		assert_int_equal(guest__take(guest, got, sizeof(got)), bytes);
		expect_right_checksums(got, bytes);
	}
	guest__destroy(guest);
}

static void a_sctp_checksum_is_the_crc32c(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(packet, 66, 0);
	memset(packet + 34, 0, 32);
	put_context(&ring, 20, 0, KIND_SCTP | CONTEXT_IPV4, 0);
	tx__put(&ring, packet, 66, TX_COMMAND, TX_INSERT_L4);
	ring__kick(&ring);

	guest__take(guest, got, sizeof(got));
	/* RFC 3720, B.4: 32 bytes of zeroes. */
	assert_memory_equal(got + 42, "\xaa\x36\x91\x8a", 4);
	guest__destroy(guest);
}

static void a_tag_is_inserted_from_the_context(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 8);

	(void)state;
	frame__make(packet, 100, 0);
	tx__put_context(&ring, 0x6123u << CONTEXT_VLAN_SHIFT, 0, 0);
	tx__put(&ring, packet, 100, TX_COMMAND | TX_VLAN, 0);
	ring__kick(&ring);

	assert_int_equal(guest__take(guest, got, sizeof(got)), 104);
	assert_memory_equal(got, packet, 12);
	assert_int_equal(frame__get32(got + 12), 0x81006123);
	assert_memory_equal(got + 16, packet + 12, 88);
	guest__destroy(guest);
}

static void put_segmented(struct ring *ring, size_t bytes, uint32_t kind, uint32_t l4_bytes,
			  uint32_t mss)
{
	size_t at = 0;

	put_context(ring, 20, l4_bytes, kind | CONTEXT_IPV4, mss);
	while (at < bytes) {
		uint32_t piece = bytes - at < 8000 ? (uint32_t)(bytes - at) : 8000;
		uint32_t command = TX_COMMAND | TX_SEGMENT;

		if (at + piece < bytes)
			command &= ~(TX_END | TX_REPORT);
		tx__put(ring, packet + at, piece, command, TX_INSERT_IP | TX_INSERT_L4);
		at += piece;
	}
}

/* Takes the segments of what make_unfinished() made; returns how many there are. */
static uint32_t expect_tcp_segments(struct guest *guest, size_t payload, uint32_t mss)
{
	uint32_t index = 0;
	size_t at = 0;

	while (at < payload) {
		size_t piece = payload - at < mss ? payload - at : mss;
		bool last = at + piece == payload;

		assert_int_equal(guest__take(guest, got, sizeof(got)), 54 + piece);
		expect_right_checksums(got, 54 + piece);
		assert_int_equal(frame__get16(got + 16), 40 + piece);
		assert_int_equal(frame__get16(got + 18), 0x1234 + index);
		assert_int_equal(frame__get32(got + 38), 0x1000 + at);
		assert_int_equal(got[47], FLAG_ACK | (last ? FLAG_FIN | FLAG_PUSH : 0));
		assert_memory_equal(got + 54, packet + 54 + at, piece);
		at += piece;
		index++;
	}
	return index;
}

/* make_unfinished() has FIN and ACK; PUSH is added here. */
static size_t make_tcp(size_t payload)
{
	size_t bytes = make_unfinished(PROTOCOL_TCP, payload, true);

	packet[47] |= FLAG_PUSH;
	return bytes;
}

static void a_long_tcp_packet_becomes_segments(void **state)
{
	static const struct { size_t payload; uint32_t mss, count; } rows[] = {
		{ 1460, 1460, 1 }, { 1461, 1460, 2 }, { 4380, 1460, 3 }, { 60000, 1448, 42 },
		{ 3000, 8960, 1 }, { 20000, 8960, 3 }, { 200, 1, 200 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = tx__create(guest, 0, 16);

		guest__write32(guest, HLREG0, HLREG0_JUMBO | HLREG0_CRC_STRIP);
		put_segmented(&ring, make_tcp(rows[i].payload), KIND_TCP, 20, rows[i].mss);
		ring__kick(&ring);

		assert_int_equal(guest__sent(guest), rows[i].count);
		assert_int_equal(expect_tcp_segments(guest, rows[i].payload, rows[i].mss),
				 rows[i].count);
		assert_int_equal(ring__get(&ring, TDH), ring.tail);
		guest__destroy(guest);
	}
}

static void segments_the_wire_refused_follow_once_it_takes_them(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 16);

	(void)state;
	guest__refuse(guest, true);
	put_segmented(&ring, make_tcp(14600), KIND_TCP, 20, 1460);
	ring__kick(&ring);
	assert_int_equal(ring__get(&ring, TDH), 0);

	guest__refuse(guest, false);
	guest__run(guest);

	assert_int_equal(guest__sent(guest), 10);
	assert_int_equal(expect_tcp_segments(guest, 14600, 1460), 10);
	assert_int_equal(ring__get(&ring, TDH), ring.tail);
	guest__destroy(guest);
}

static void a_long_udp_packet_becomes_datagrams(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 16);

	(void)state;
	put_segmented(&ring, make_unfinished(PROTOCOL_UDP, 3000, true), KIND_UDP, 8, 1200);
	ring__kick(&ring);

	assert_int_equal(guest__sent(guest), 3);
	for (size_t at = 0; at < 3000; at += 1200) {
		size_t piece = 3000 - at < 1200 ? 3000 - at : 1200;

		assert_int_equal(guest__take(guest, got, sizeof(got)), 42 + piece);
		expect_right_checksums(got, 42 + piece);
		assert_int_equal(frame__get16(got + 38), 8 + piece);
		assert_memory_equal(got + 42, packet + 42 + at, piece);
	}
	guest__destroy(guest);
}

static void ipv6_segments_have_their_own_length(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = tx__create(guest, 0, 16);

	(void)state;
	frame__make(packet, 74 + 2000, 0);
	frame__put16(packet + 12, 0x86dd);
	packet[14] = 0x60;
	packet[20] = PROTOCOL_TCP;
	memcpy(packet + 54, "\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x50\x10\x00\x00", 16);
	frame__put16(packet + 70, frame__sum(packet + 22, 32, PROTOCOL_TCP));
	put_context(&ring, 40, 20, KIND_TCP, 1500);
	tx__put(&ring, packet, 74 + 2000, TX_COMMAND | TX_SEGMENT, TX_INSERT_L4);
	ring__kick(&ring);

	assert_int_equal(guest__sent(guest), 2);
	for (size_t piece = 1500; piece; piece = piece == 1500 ? 500 : 0) {
		uint32_t sum = PROTOCOL_TCP + 20 + (uint32_t)piece;

		assert_int_equal(guest__take(guest, got, sizeof(got)), 74 + piece);
		assert_int_equal(frame__get16(got + 18), 20 + piece);
		sum = frame__sum(got + 22, 32, sum);
		assert_int_equal(frame__sum(got + 54, 20 + piece, sum), 0xffff);
	}
	guest__destroy(guest);
}

/* Rows: lengths of the headers, MSS and bytes of the packet that make no sense. */
static void nonsense_lengths_are_dropped_or_left_alone(void **state)
{
	static const struct { uint32_t mac, ip, l4, kinds, mss, bytes; } rows[] = {
		{ 14, 20, 20, KIND_TCP | CONTEXT_IPV4, 0, 1000 },	/* no MSS */
		{ 14, 20, 20, KIND_TCP | CONTEXT_IPV4, 1460, 54 },	/* no payload */
		{ 14, 20, 20, KIND_TCP | CONTEXT_IPV4, 1460, 20 },
		{ 0, 0, 0, KIND_TCP | CONTEXT_IPV4, 1460, 1000 },
		{ 14, 0, 20, KIND_TCP | CONTEXT_IPV4, 1460, 1000 },
		{ 14, 20, 0, KIND_TCP | CONTEXT_IPV4, 1460, 1000 },
		{ 14, 20, 7, KIND_UDP | CONTEXT_IPV4, 1460, 1000 },
		{ 14, 20, 20, KIND_SCTP | CONTEXT_IPV4, 1460, 1000 },
		{ 14, 20, 20, KIND_TCP, 1460, 1000 },			/* too short for IPv6 */
		{ 127, 511, 255, KIND_TCP | CONTEXT_IPV4, 65535, 1000 },
		{ 14, 20, 20, KIND_TCP | CONTEXT_IPV4, 16384, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = tx__create(guest, 0, 8);

		frame__make(packet, 1000, 0);
		tx__put_context(&ring, rows[i].mac << CONTEXT_MAC_SHIFT | rows[i].ip, rows[i].kinds,
				rows[i].mss << CONTEXT_MSS_SHIFT |
				rows[i].l4 << CONTEXT_L4_BYTES_SHIFT);
		tx__put(&ring, packet, rows[i].bytes, TX_COMMAND | TX_SEGMENT,
			TX_INSERT_IP | TX_INSERT_L4);
		ring__kick(&ring);
		assert_int_equal(guest__sent(guest), 0);
		assert_int_equal(guest__counter(guest, "tx_dropped"), 1);
		assert_int_equal(ring__get(&ring, TDH), 2);
		guest__destroy(guest);
	}
}

static void checksums_that_would_be_outside_of_the_frame_are_not_made(void **state)
{
	static const struct { uint32_t lengths, kinds; } rows[] = {
		{ 127 << CONTEXT_MAC_SHIFT | 511, KIND_TCP },
		{ 127 << CONTEXT_MAC_SHIFT | 511, KIND_SCTP },
		{ 127 << CONTEXT_MAC_SHIFT, KIND_UDP },
		{ 93 << CONTEXT_MAC_SHIFT, KIND_UDP },
		{ 14 << CONTEXT_MAC_SHIFT | 511, 3u << CONTEXT_L4_SHIFT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = tx__create(guest, 0, 8);

		frame__make(packet, 100, 0);
		tx__put_context(&ring, rows[i].lengths, rows[i].kinds, 0);
		tx__put(&ring, packet, 100, TX_COMMAND, TX_INSERT_IP | TX_INSERT_L4);
		ring__kick(&ring);

		assert_int_equal(guest__take(guest, got, sizeof(got)), 100);
		assert_memory_equal(got, packet, 100);
		guest__destroy(guest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_of_tcp_and_udp_are_filled_in),
		cmocka_unit_test(a_udp_checksum_of_zero_is_sent_as_ones),
		cmocka_unit_test(a_context_serves_packets_until_it_is_set_anew),
		cmocka_unit_test(a_sctp_checksum_is_the_crc32c),
		cmocka_unit_test(a_tag_is_inserted_from_the_context),
		cmocka_unit_test(a_long_tcp_packet_becomes_segments),
		cmocka_unit_test(segments_the_wire_refused_follow_once_it_takes_them),
		cmocka_unit_test(a_long_udp_packet_becomes_datagrams),
		cmocka_unit_test(ipv6_segments_have_their_own_length),
		cmocka_unit_test(nonsense_lengths_are_dropped_or_left_alone),
		cmocka_unit_test(checksums_that_would_be_outside_of_the_frame_are_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
