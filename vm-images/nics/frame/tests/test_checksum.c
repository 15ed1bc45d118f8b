// SPDX-License-Identifier: MIT
/* The checksums against published values, and whole ones against those of parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "frame/checksum.h"

static const uint8_t digits[] = "123456789";

/* The example of RFC 1071, section 3. */
static void the_internet_checksum_is_that_of_its_specification(void **state)
{
	static const uint8_t data[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	(void)state;
	assert_int_equal(checksum__fold(checksum__add(0, data, 8)), (uint16_t)~0xddf2);
	assert_int_equal(checksum__fold(checksum__add(checksum__add(0, data, 4), data + 4, 4)),
			 (uint16_t)~0xddf2);
	assert_int_equal(checksum__fold(checksum__add(0, data, 3)), (uint16_t)~0xf201);
}

static void a_long_sum_does_not_overflow(void **state)
{
	static uint8_t ones[1 << 18];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(checksum__fold(checksum__add(0xffffu, ones, sizeof(ones))), 0);
}

/* Of 32 zeroes it is that of RFC 3720, appendix B.4; four more bytes count as zero anyway. */
static void the_crc_of_sctp_is_crc32c(void **state)
{
	static const uint8_t zeroes[32];

	(void)state;
	assert_int_equal(checksum__sctp(digits, 8), 0x6087809a);
	assert_int_equal(checksum__sctp(zeroes, 32), 0x8a9136aa);
}

static void the_crc_of_ethernet_is_crc32(void **state)
{
	(void)state;
	assert_int_equal(checksum__ethernet(digits, 9), 0xcbf43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_internet_checksum_is_that_of_its_specification),
		cmocka_unit_test(a_long_sum_does_not_overflow),
		cmocka_unit_test(the_crc_of_sctp_is_crc32c),
		cmocka_unit_test(the_crc_of_ethernet_is_crc32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
