// SPDX-License-Identifier: MIT
/* What the XL710 does to packets on their way out: segmentation, checksums, tags. */
#include "frame/checksum.h"
#include "intel/packet.h"
#include "driver.h"

#define TCP 6u
#define UDP 17u
#define MSS_LOW 50
#define CONTEXT (UINT64_C(0x1))
#define CONTEXT_SEGMENTS (UINT64_C(1) << 4)
#define IP4 (UINT64_C(2) << 9)
#define IP4_CHECKSUM (UINT64_C(3) << 9)
#define IP6 (UINT64_C(1) << 9)
#define L4_TCP (UINT64_C(1) << 12)
#define L4_SCTP (UINT64_C(2) << 12)
#define L4_UDP (UINT64_C(3) << 12)
#define FLAGS_FIN 0x01
#define FLAGS_PSH 0x08
#define FLAGS_ACK 0x10
#define FLAGS_CWR 0x80

static uint8_t packet[1 << 18], got[16384];
static const uint8_t addresses[8] = { 10, 0, 0, 1, 10, 0, 0, 2 };

/* Lengths of the headers as the data descriptor has them. */
static uint64_t headers(unsigned int l2, unsigned int ip, unsigned int l4)
{
	return (uint64_t)(l2 / 2) << 16 | (uint64_t)(ip / 4) << 23 | (uint64_t)(l4 / 4) << 30;
}

static uint16_t sum__folded(uint32_t sum)
{
	return (uint16_t)~checksum__fold(sum);
}

/* What the driver leaves in the checksum field; without a length @bytes is 0. */
static uint16_t pseudo_header(const uint8_t *ip, unsigned int protocol, size_t bytes)
{
	if (ip[0] >> 4 == 6)
		return sum__folded(checksum__add(protocol + bytes, ip + 8, 32));
	return sum__folded(checksum__add(protocol + bytes, ip + 12, 8));
}

/* A packet in as many buffers of 2000 bytes as it takes, all with the same command. */
static void packet__put(struct ring *ring, size_t bytes, uint64_t command)
{
	for (size_t at = 0; at < bytes; at += 2000) {
		size_t part = bytes - at < 2000 ? bytes - at : 2000;

		tx__put(ring, packet + at, part, command | (at + part == bytes ? TX_LAST : 0));
	}
}

static void context__put(struct ring *ring, uint64_t mss, size_t payload)
{
	tx__put_words(ring, 0,
		      CONTEXT | CONTEXT_SEGMENTS | (uint64_t)payload << 30 | mss << MSS_LOW);
}

static void expect_checksums(const uint8_t *frame, size_t bytes)
{
	struct packet parsed;
	struct packet_checks checks;

	packet__parse(&parsed, frame, bytes);
	checks = packet__check(&parsed, frame, bytes);
	assert_true(checks.done);
	assert_false(checks.ip_bad);
	assert_false(checks.l4_bad);
}

static size_t tcp__make(size_t payload)
{
	size_t bytes = 54 + payload;

	frame__make_ipv4(packet, TCP, addresses, 1000, 2000, 54);
	for (size_t i = 54; i < bytes; i++)
		packet[i] = (uint8_t)(i * 31 + (i >> 8));
	put_be16(packet + 16, 0);
	put_be32(packet + 38, 0xffffff00);	/* goes round */
	packet[47] = FLAGS_CWR | FLAGS_ACK | FLAGS_PSH | FLAGS_FIN;
	put_be16(packet + 50, pseudo_header(packet + 14, TCP, 0));
	return bytes;
}

static void masks__set(struct driver *driver)
{
	guest__write32(driver->guest, GLLAN_TSOMSK(0), FLAGS_PSH | FLAGS_FIN);
	guest__write32(driver->guest, GLLAN_TSOMSK(1), FLAGS_PSH | FLAGS_FIN | FLAGS_CWR);
	guest__write32(driver->guest, GLLAN_TSOMSK(2), FLAGS_CWR);
}

static void tcp_is_cut_into_segments_with_right_headers(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 64);
	size_t bytes = tcp__make(10000), at = 0;

	(void)state;
	masks__set(&driver);
	context__put(&ring, 1448, 10000);
	packet__put(&ring, bytes, IP4_CHECKSUM | L4_TCP | headers(14, 20, 20));
	tx__kick(&ring);

	assert_int_equal(guest__sent(driver.guest), 7);
	for (unsigned int i = 0; i < 7; i++) {
		size_t part = i < 6 ? 1448 : 10000 - 6 * 1448;
		uint8_t flags = FLAGS_ACK | (i == 0 ? FLAGS_CWR : 0) |
				(i == 6 ? FLAGS_PSH | FLAGS_FIN : 0);

		assert_int_equal(guest__take(driver.guest, got, sizeof(got)), 54 + part);
		assert_int_equal(be16(got + 16), 40 + part);
		assert_int_equal(be16(got + 18), 0x1234 + i);
		assert_int_equal(be32(got + 38), (uint32_t)(0xffffff00 + at));
		assert_int_equal(got[47], flags);
		expect_checksums(got, 54 + part);
		assert_memory_equal(got + 54, packet + 54 + at, part);
		at += part;
	}
	assert_int_equal(tx__head(&ring), ring.next);
	driver__stop(&driver);
}

static void a_segment_alone_keeps_its_flags(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 64);
	size_t bytes = tcp__make(100);

	(void)state;
	masks__set(&driver);
	context__put(&ring, 1448, 100);
	packet__put(&ring, bytes, IP4_CHECKSUM | L4_TCP | headers(14, 20, 20));
	tx__kick(&ring);
	assert_int_equal(guest__take(driver.guest, got, sizeof(got)), bytes);
	assert_int_equal(got[47], FLAGS_CWR | FLAGS_ACK | FLAGS_PSH | FLAGS_FIN);
	expect_checksums(got, bytes);
	driver__stop(&driver);
}

static void tcp_over_ipv6_is_cut_into_segments(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 64);
	size_t bytes = 74 + 3000;

	(void)state;
	memset(packet, 0, bytes);
	put_be16(packet + 12, 0x86dd);
	packet[14] = 0x60;
	packet[20] = TCP;
	packet[21] = 64;
	packet[37] = 1;
	packet[53] = 2;
	packet[66] = 0x50;
	put_be16(packet + 70, pseudo_header(packet + 14, TCP, 0));
	context__put(&ring, 1400, 3000);
	packet__put(&ring, bytes, IP6 | L4_TCP | headers(14, 40, 20));
	tx__kick(&ring);
	for (unsigned int i = 0; i < 3; i++) {
		size_t part = i < 2 ? 1400 : 200;

		assert_int_equal(guest__take(driver.guest, got, sizeof(got)), 74 + part);
		assert_int_equal(be16(got + 18), 20 + part);
		expect_checksums(got, 74 + part);
	}
	driver__stop(&driver);
}

static void udp_is_cut_into_datagrams(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 64);

	(void)state;
	frame__make_ipv4(packet, UDP, addresses, 1, 2, 42 + 2500);
	put_be16(packet + 40, pseudo_header(packet + 14, UDP, 0));
	context__put(&ring, 1000, 2500);
	packet__put(&ring, 42 + 2500, IP4_CHECKSUM | L4_UDP | headers(14, 20, 8));
	tx__kick(&ring);
	for (unsigned int i = 0; i < 3; i++) {
		size_t part = i < 2 ? 1000 : 500;

		assert_int_equal(guest__take(driver.guest, got, sizeof(got)), 42 + part);
		assert_int_equal(be16(got + 38), 8 + part);
		expect_checksums(got, 42 + part);
	}
	driver__stop(&driver);
}

static void a_tunnel_has_its_outer_lengths_set(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 64);
	static uint8_t inner[4096];
	size_t inner_bytes = tcp__make(2000);

	(void)state;
	memcpy(inner, packet, inner_bytes);
	frame__make_ipv4(packet, UDP, addresses, 4789, 4789, 50);	/* with VXLAN's 8 bytes */
	memcpy(packet + 50, inner, inner_bytes);
	/* Outer IP of 20 bytes; UDP, VXLAN and the inner Ethernet header are 30. */
	tx__put_words(&ring, 3 | 5u << 2 | 1u << 9 | 15u << 12,
		      CONTEXT | CONTEXT_SEGMENTS | UINT64_C(1200) << MSS_LOW);
	packet__put(&ring, 50 + inner_bytes, IP4_CHECKSUM | L4_TCP | headers(14, 20, 20));
	tx__kick(&ring);
	for (unsigned int i = 0; i < 2; i++) {
		size_t part = i ? 800 : 1200, bytes = 104 + part;

		assert_int_equal(guest__take(driver.guest, got, sizeof(got)), bytes);
		assert_int_equal(be16(got + 16), bytes - 14);
		assert_int_equal(checksum__fold(checksum__add(0, got + 14, 20)), 0);
		assert_int_equal(be16(got + 38), bytes - 34);
		assert_int_equal(be16(got + 66), 40 + part);
		expect_checksums(got + 50, bytes - 50);
	}
	driver__stop(&driver);
}

/* Rows: header lengths and mss of which no frames can be made. */
static void nonsense_in_a_segmentation_is_dropped(void **state)
{
	static const struct { unsigned int l2, ip, l4, mss; uint64_t types; } rows[] = {
		{ 14, 20, 20, 0, IP4_CHECKSUM | L4_TCP },
		{ 14, 20, 20, 63, IP4_CHECKSUM | L4_TCP },
		{ 14, 20, 20, 9700, IP4_CHECKSUM | L4_TCP },
		{ 14, 20, 20, 16383, IP4_CHECKSUM | L4_TCP },
		{ 0, 0, 0, 1000, IP4_CHECKSUM | L4_TCP },
		{ 254, 508, 60, 1000, IP4_CHECKSUM | L4_TCP },
		{ 14, 0, 20, 1000, IP4_CHECKSUM | L4_TCP },
		{ 14, 16, 20, 1000, IP4_CHECKSUM | L4_TCP },
		{ 14, 20, 16, 1000, IP4_CHECKSUM | L4_TCP },
		{ 14, 20, 0, 1000, IP4_CHECKSUM | L4_UDP },
		{ 14, 20, 20, 1000, IP6 | L4_TCP },
		{ 14, 20, 20, 1000, L4_TCP },
		{ 14, 20, 20, 1000, IP4_CHECKSUM },
		{ 14, 20, 12, 1000, IP4_CHECKSUM | L4_SCTP },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = tx__create(&driver, 0, 8);

		tcp__make(500);
		context__put(&ring, rows[i].mss, 500);
		packet__put(&ring, 554,
			    rows[i].types | headers(rows[i].l2, rows[i].ip, rows[i].l4));
		tx__kick(&ring);
		assert_int_equal(guest__sent(driver.guest), 0);
		assert_int_equal(guest__counter(driver.guest, "tx_dropped"), 1);
		assert_int_equal(tx__head(&ring), 2);
		driver__stop(&driver);
	}
}

static void a_wire_that_fills_up_between_segments_gets_each_once(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 128);
	size_t bytes = tcp__make(100000), at = 0, part;

	(void)state;
	context__put(&ring, 64, 100000);
	packet__put(&ring, bytes, IP4_CHECKSUM | L4_TCP | headers(14, 20, 20));
	guest__refuse(driver.guest, true);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(tx__head(&ring), 0);
	guest__refuse(driver.guest, false);
	guest__run(driver.guest);
	while ((part = guest__take(driver.guest, got, sizeof(got)))) {
		assert_int_equal(be32(got + 38), (uint32_t)(0xffffff00 + at));
		at += be16(got + 16) - 40;
	}
	assert_int_equal(at, 100000);
	assert_int_equal(tx__head(&ring), ring.next);
	driver__stop(&driver);
}

/* Rows: the protocol and what the descriptor says. */
static void checksums_are_put_in(void **state)
{
	static const struct { unsigned int protocol, l4; uint64_t types; size_t field; } rows[] = {
		{ TCP, 20, IP4 | L4_TCP, 50 },
		{ TCP, 20, IP4_CHECKSUM | L4_TCP, 50 },
		{ UDP, 8, IP4 | L4_UDP, 40 },
		{ 132, 12, IP4 | L4_SCTP, 42 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = tx__create(&driver, 0, 8);

		frame__make_ipv4(packet, rows[i].protocol, addresses, 5, 6, 301);
		memset(packet + 60, 0x5a, 241);
		put_be16(packet + 24, 0);
		if (!(rows[i].types & (IP4_CHECKSUM & ~IP4)))
			put_be16(packet + 24,
				 checksum__fold(checksum__add(0, packet + 14, 20)));
		if (rows[i].protocol != 132)
			put_be16(packet + rows[i].field,
				 pseudo_header(packet + 14, rows[i].protocol, 301 - 34));
		packet__put(&ring, 301, rows[i].types | headers(14, 20, rows[i].l4));
		tx__kick(&ring);
		assert_int_equal(guest__take(driver.guest, got, sizeof(got)), 301);
		expect_checksums(got, 301);
		driver__stop(&driver);
	}
}

static void a_checksum_of_zero_is_sent_as_all_ones_for_udp(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	frame__make_ipv4(packet, UDP, addresses, 0, 0, 60);
	put_be16(packet + 40, pseudo_header(packet + 14, UDP, 26));
	put_be16(packet + 42, 0xffff - sum__folded(checksum__add(0, packet + 34, 26)));
	packet__put(&ring, 60, IP4 | L4_UDP | headers(14, 20, 8));
	tx__kick(&ring);
	assert_int_equal(guest__take(driver.guest, got, sizeof(got)), 60);
	assert_int_equal(be16(got + 40), 0xffff);
	driver__stop(&driver);
}

static void a_tag_is_inserted(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	frame__make(packet, 100, 0);
	tx__put(&ring, packet, 100, TX_LAST | UINT64_C(0x8) << 4 | UINT64_C(0x2005) << 48);
	tx__kick(&ring);
	assert_int_equal(guest__take(driver.guest, got, sizeof(got)), 104);
	assert_memory_equal(got, packet, 12);
	assert_int_equal(be32(got + 12), 0x81002005);
	assert_memory_equal(got + 16, packet + 12, 88);
	driver__stop(&driver);
}

static void a_blocked_ethertype_is_not_sent(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);
	uint8_t filter[16] = { 0 };

	(void)state;
	put_le16(filter + 6, 0x8808);
	put_le16(filter + 8, 0x000b);
	assert_int_equal(driver__command(&driver, 0x025a, filter, 0), ADMIN_OK);
	frame__make(packet, 60, 0);
	put_be16(packet + 12, 0x8808);
	tx__put(&ring, packet, 60, TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(driver__command(&driver, 0x025b, filter, 0), ADMIN_OK);
	tx__put(&ring, packet, 60, TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 1);
	driver__stop(&driver);
}

/* Rows: a byte to break, and the error bits of the RX descriptor. */
static void wrong_checksums_are_told_to_the_receiver(void **state)
{
	static const struct { size_t at; uint64_t errors; } rows[] = {
		{ 0, 0 }, { 22, UINT64_C(1) << 22 }, { 60, UINT64_C(1) << 23 },
	};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct driver driver = driver__start();
		struct ring ring = rx__create(&driver, 0, 8, 2048);

		rx__fill(&ring, 2);
		frame__make_ipv4(packet, TCP, addresses, 5, 6, 100);
		put_be16(packet + 24, checksum__fold(checksum__add(0, packet + 14, 20)));
		put_be16(packet + 50, checksum__fold(checksum__add(
				 pseudo_header(packet + 14, TCP, 66), packet + 34, 66)));
		if (rows[i].at)
			packet[rows[i].at] ^= 0x10;
		guest__inject(driver.guest, packet, 100);
		assert_int_equal(rx__second(&ring, 0) & (UINT64_C(0xff) << 19), rows[i].errors);
		assert_true(rx__second(&ring, 0) & 8);
		assert_int_equal(bits(rx__second(&ring, 0), 30, 8), 26);	/* TCP over IPv4 */
		driver__stop(&driver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_is_cut_into_segments_with_right_headers),
		cmocka_unit_test(a_segment_alone_keeps_its_flags),
		cmocka_unit_test(tcp_over_ipv6_is_cut_into_segments),
		cmocka_unit_test(udp_is_cut_into_datagrams),
		cmocka_unit_test(a_tunnel_has_its_outer_lengths_set),
		cmocka_unit_test(nonsense_in_a_segmentation_is_dropped),
		cmocka_unit_test(a_wire_that_fills_up_between_segments_gets_each_once),
		cmocka_unit_test(checksums_are_put_in),
		cmocka_unit_test(a_checksum_of_zero_is_sent_as_all_ones_for_udp),
		cmocka_unit_test(a_tag_is_inserted),
		cmocka_unit_test(a_blocked_ethertype_is_not_sent),
		cmocka_unit_test(wrong_checksums_are_told_to_the_receiver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
