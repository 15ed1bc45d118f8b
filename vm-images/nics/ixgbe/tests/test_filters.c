// SPDX-License-Identifier: MIT
/* Which frames a port of the 82599 takes: by address, VLAN and length. */
#include "driver.h"

static uint8_t frame[16384];

static size_t make_tagged(uint16_t tci)
{
	frame__make(frame, 104, 0);
	frame__put16(frame + 12, 0x8100);
	frame__put16(frame + 14, tci);
	frame__put16(frame + 16, 0x88b5);
	return 104;
}

enum filter_setup { NOTHING, OURS, MULTICAST_ALL, MULTICAST_TABLE, UNICAST_ALL, BROADCAST };

static void only_frames_for_us_are_taken(void **state)
{
	static const struct {
		const char *destination;
		enum filter_setup setup;
		bool taken;
	} rows[] = {
		{ "\x02\x11\x22\x33\x44\x55", NOTHING, false },
		{ "\x02\x11\x22\x33\x44\x55", OURS, true },
		{ "\x02\x11\x22\x33\x44\x55", UNICAST_ALL, true },
		{ "\x02\x11\x22\x33\x44\x55", MULTICAST_ALL, false },
		{ "\x02\x11\x22\x33\x44\x56", OURS, false },
		{ "\x33\x33\x00\x00\x12\x34", NOTHING, false },
		{ "\x33\x33\x00\x00\x12\x34", MULTICAST_ALL, true },
		{ "\x33\x33\x00\x00\x12\x34", MULTICAST_TABLE, true },
		{ "\x33\x33\x00\x00\x12\x44", MULTICAST_TABLE, false },
		{ "\x33\x33\x00\x00\x12\x34", UNICAST_ALL, false },
		{ "\xff\xff\xff\xff\xff\xff", NOTHING, false },
		{ "\xff\xff\xff\xff\xff\xff", BROADCAST, true },
		{ "\xff\xff\xff\xff\xff\xff", MULTICAST_ALL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = rx__create(guest, 0, 8, 2);
		const uint32_t control[] = {
			[NOTHING] = 0, [OURS] = 0, [MULTICAST_ALL] = FCTRL_MULTICAST_ALL,
			[MULTICAST_TABLE] = 0, [UNICAST_ALL] = FCTRL_UNICAST_ALL,
			[BROADCAST] = FCTRL_BROADCAST,
		};

		guest__write32(guest, FCTRL, control[rows[i].setup]);
		if (rows[i].setup == OURS) {
			guest__write32(guest, RAL(17), 0x33221102);
			guest__write32(guest, RAH(17), RAH_VALID | 0x5544);
		}
		if (rows[i].setup == MULTICAST_TABLE) {
			/* Bits 47:36 of the address: 0x341. */
			guest__write32(guest, MCSTCTRL, MCSTCTRL_ENABLE);
			guest__write32(guest, MTA(0x341 / 32), 1u << 0x341 % 32);
		}
		rx__fill(&ring, 4);
		frame__make(frame, 64, 0);
		memcpy(frame, rows[i].destination, 6);
		guest__inject(guest, frame, 64);

		assert_int_equal(ring__get(&ring, RDH), rows[i].taken);
		assert_int_equal(guest__counter(guest, "rx_filtered"), !rows[i].taken);
		guest__destroy(guest);
	}
}

static void the_address_of_the_port_is_there_after_a_reset(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 2);

	(void)state;
	guest__write32(guest, FCTRL, 0);
	rx__fill(&ring, 4);
	frame__make(frame, 64, 0);
	memcpy(frame, nic__mac(guest__nic(guest)), 6);
	guest__inject(guest, frame, 64);

	assert_int_equal(ring__get(&ring, RDH), 1);
	/* The same pair is at its other offset too. */
	assert_int_equal(guest__read32(guest, RAL_LOW), guest__read32(guest, RAL(0)));
	guest__destroy(guest);
}

static void of_tagged_frames_only_known_vlans_are_taken(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 8, 2);

	(void)state;
	rx__fill(&ring, 4);
	guest__write32(guest, VLNCTRL, VLNCTRL_FILTER | 0x8100);
	guest__write32(guest, VFTA(100 / 32), 1u << 100 % 32);
	guest__inject(guest, frame, make_tagged(0xe000 | 100));
	guest__inject(guest, frame, make_tagged(101));
	guest__inject(guest, frame, frame__make(frame, 64, 0));

	assert_int_equal(ring__get(&ring, RDH), 2);
	assert_int_equal(guest__counter(guest, "rx_filtered"), 1);
	guest__destroy(guest);
}

/* Rows: the limit in MAXFRS, 0: no jumbo frames; bytes without checksum. */
static void frames_longer_than_allowed_are_not_taken(void **state)
{
	static const struct { uint32_t limit; size_t bytes; bool tagged, taken; } rows[] = {
		{ 0, 1514, false, true }, { 0, 1515, false, false },
		{ 0, 1518, true, true }, { 0, 1519, true, false },
		{ 9018, 9014, false, true }, { 9018, 9015, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = rx__create(guest, 0, 8, 16);

		guest__write32(guest, HLREG0,
			       HLREG0_CRC_STRIP | (rows[i].limit ? HLREG0_JUMBO : 0));
		guest__write32(guest, MAXFRS, rows[i].limit << MAXFRS_SHIFT);
		rx__fill(&ring, 4);
		frame__make(frame, rows[i].bytes, 0);
		if (rows[i].tagged)
			frame__put16(frame + 12, 0x8100);
		guest__inject(guest, frame, rows[i].bytes);

		assert_int_equal(ring__get(&ring, RDH), rows[i].taken);
		assert_int_equal(guest__read32(guest, ROC), !rows[i].taken);
		guest__destroy(guest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_frames_for_us_are_taken),
		cmocka_unit_test(the_address_of_the_port_is_there_after_a_reset),
		cmocka_unit_test(of_tagged_frames_only_known_vlans_are_taken),
		cmocka_unit_test(frames_longer_than_allowed_are_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
