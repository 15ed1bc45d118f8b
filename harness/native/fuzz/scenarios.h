/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_SCENARIOS_H
#define FUZZ_SCENARIOS_H

struct scenario {
	const char *name;	/* NULL ends a list */
	void (*run)(void);
};

extern const struct scenario turns[];

#endif
