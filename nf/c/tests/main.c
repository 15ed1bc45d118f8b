// SPDX-License-Identifier: MIT
/*
 *	xsk-tests				prints the titles of all tests
 *	xsk-tests A B OBJECT TITLE		runs one as root, and exits with 0 if it holds
 */
#include <stdio.h>
#include <string.h>

#include "xsk_tests.h"

struct surroundings given;

static const struct xsk_test *const groups[] = { lifetime_tests, place_tests, refusal_tests,
						 traffic_tests, waiting_tests, port_tests,
						 event_loop_tests, shared_memory_tests };

/* The next one, from the first one on. */
static const struct xsk_test *next_test(size_t *group, const struct xsk_test *test)
{
	test = test ? test + 1 : groups[*group];
	while (!test->title) {
		if (++*group == sizeof(groups) / sizeof(*groups))
			return NULL;
		test = groups[*group];
	}
	return test;
}

int main(int argc, char **argv)
{
	const struct xsk_test *test = NULL;
	size_t group = 0;

	if (argc != 1 && argc != 5) {
		fprintf(stderr, "usage: %s [A B OBJECT TITLE]\n", argv[0]);
		return 2;
	}
	while ((test = next_test(&group, test))) {
		if (argc == 1) {
			puts(test->title);
		} else if (!strcmp(test->title, argv[4])) {
			given = (struct surroundings) { argv[1], argv[2], argv[3] };
			test->run();
			return 0;
		}
	}
	if (argc == 1)
		return 0;
	fprintf(stderr, "no test has the title: %s\n", argv[4]);
	return 2;
}
