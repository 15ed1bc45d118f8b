/* SPDX-License-Identifier: MIT */
/* Which connections may be opened: the first rule that says something about one decides, see README.md. */
#ifndef RULES_H
#define RULES_H

#include "../program/program.h"
#include "flow.h"

enum { most_rules = 1000, why_size = 200 };

struct side {
	struct network network;
	__u64 first_port, last_port;
};

struct rule {
	bool allows;
	__u8 protocol;	/* 0: any */
	struct side from, to;
};

struct rules {
	struct rule all[most_rules];
	__u32 count;
};

/* NULL, or why not: what is wrong in which line. */
const char *rules__read(struct rules *rules, const char *path);
/* What no rule is about may not be opened. */
bool rules__allow(const struct rules *rules, const struct flow *flow);

#endif
