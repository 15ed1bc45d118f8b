/* SPDX-License-Identifier: MIT */
/* For tests each of whose cases has a guest of its own, with the echo card. */
#ifndef GUEST_CASE_H
#define GUEST_CASE_H

#include "cases.h"

static inline int setup(void **state)
{
	*state = guest__create(&echo_model);
	return 0;
}

static inline int teardown(void **state)
{
	guest__destroy(*state);
	return 0;
}

#endif
